import type { Instant } from '@draupnir/time'
import { compact, type Metadata } from '../shared/shape.ts'

export interface Channel {
  readonly id: string
  readonly name: string
  readonly url: string
  readonly disabled: boolean
  readonly customHeaders: Readonly<Record<string, string>>
  readonly signingSecret: string
  readonly metadata: Metadata | null
  readonly createdAt: Instant
  readonly updatedAt: Instant
  readonly deletedAt: Instant | null
}

export type EventType = 'invoice.created' | 'invoice.updated'

export interface Rule {
  readonly id: string
  readonly type: EventType
  readonly name: string
  readonly disabled: boolean
  readonly channels: readonly string[]
  readonly metadata: Metadata | null
  readonly createdAt: Instant
  readonly updatedAt: Instant
  readonly deletedAt: Instant | null
}

export interface NotificationEvent {
  readonly id: string
  readonly type: EventType
  readonly ruleId: string
  readonly channels: readonly string[]
  readonly payload: { readonly id: string }
  readonly createdAt: Instant
}

/** The message id of an event: the same for every channel and every attempt. */
export const messageIdOf = (eventId: string): string => `msg_${eventId}`

export function channelView(channel: Channel) {
  return { ...compact(channel), type: 'WEBHOOK' }
}

export function ruleView(rule: Rule, channels: readonly Channel[]) {
  const { channels: ids, ...rest } = rule
  const metas = ids.flatMap((id) => channels.filter((channel) => channel.id === id))
  return { ...compact(rest), channels: metas.map(({ id }) => ({ id, type: 'WEBHOOK' })) }
}
