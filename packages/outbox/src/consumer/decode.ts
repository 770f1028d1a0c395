import type { Delivery } from '@draupnir/bus'
import { type Event, envelopeSchema, subjectOf, versionOf } from '@draupnir/wire'
import { sourceOf } from '../relay/pending.ts'
import type { Handler } from './handler.ts'

/** Why an event is parked. Stored, shown to operators and permanent. */
export type ParkCode =
  | 'event.malformed'
  | 'event.subject-mismatch'
  | 'event.version-unknown'
  | 'event.data-invalid'
  | 'event.refused'
  | 'event.handler-failed'
  | 'event.retries-exhausted'
  | 'event.gap'
  | 'event.behind-parked'

export interface Poison {
  readonly code: ParkCode
  readonly error: string
}

/** An event as it came: `poison` when it can never be applied as it is. */
export interface Incoming {
  readonly event: Event<unknown>
  /** As received, for parking. */
  readonly text: string
  readonly handler: Handler | null
  readonly poison: Poison | null
  readonly attempt: number
}

export type Decoded = { readonly incoming: Incoming } | { readonly malformed: Poison; readonly text: string }

export type Handlers = ReadonlyMap<string, ReadonlyMap<number, Handler>>

export function indexHandlers(handlers: readonly Handler[]): Handlers {
  const byType = new Map<string, Map<number, Handler>>()
  for (const handler of handlers) {
    const versions = byType.get(handler.event.type) ?? new Map<number, Handler>()
    byType.set(handler.event.type, versions.set(handler.event.version, handler))
  }
  return byType
}

export function decode(delivery: Pick<Delivery, 'subject' | 'text' | 'attempt'>, handlers: Handlers): Decoded {
  const text = delivery.text()
  const envelope = envelopeSchema.safeParse(parseJson(text))
  if (!envelope.success) return { malformed: { code: 'event.malformed', error: envelope.error.message }, text }
  const { data, ...rest } = envelope.data
  const event: Event<unknown> = { ...rest, data }
  const version = versionOf(event.dataschema) ?? 0
  const expected = subjectOf({ type: event.type, version }, event.aggregateid)
  const attempt = delivery.attempt
  if (delivery.subject !== expected || event.source !== sourceOf(event.type)) {
    const error = `${event.source} says ${expected}, but it came on ${delivery.subject}`
    return { incoming: { event, text, attempt, handler: null, poison: { code: 'event.subject-mismatch', error } } }
  }
  return { incoming: { ...understand(event, version, handlers), text, attempt } }
}

function understand(event: Event<unknown>, version: number, handlers: Handlers) {
  const versions = handlers.get(event.type)
  if (versions === undefined) return { event, handler: null, poison: null }
  const handler = versions.get(version)
  if (handler === undefined) {
    const poison: Poison = {
      code: 'event.version-unknown',
      error: `no handler for version ${version} of ${event.type}`,
    }
    return { event, handler: null, poison }
  }
  const data = handler.event.schema.safeParse(event.data)
  if (data.success) return { event: { ...event, data: data.data }, handler, poison: null }
  const poison: Poison = { code: 'event.data-invalid', error: data.error.message }
  return { event, handler, poison }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
