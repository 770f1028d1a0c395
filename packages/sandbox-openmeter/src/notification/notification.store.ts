import type { Sql } from '@draupnir/sandbox'
import type { Instant } from '@draupnir/time'
import { notFound } from '../shared/problem.ts'
import type { Unit } from '../shared/unit.ts'
import type { Channel, EventType, NotificationEvent, Rule } from './notification.ts'

const channelColumns = (sql: Sql) => sql`
  id, name, url, disabled, custom_headers as "customHeaders", signing_secret as "signingSecret", metadata,
  created_at as "createdAt", updated_at as "updatedAt", deleted_at as "deletedAt"`

export async function saveChannel({ sql, now }: Unit, channel: Channel): Promise<Channel> {
  const row = {
    id: channel.id,
    name: channel.name,
    url: channel.url,
    disabled: channel.disabled,
    custom_headers: sql.json(channel.customHeaders),
    signing_secret: channel.signingSecret,
    metadata: channel.metadata ? sql.json(channel.metadata) : null,
    created_at: channel.createdAt,
    updated_at: now,
    deleted_at: channel.deletedAt,
  }
  await sql`insert into notification_channels ${sql(row)} on conflict (id) do update set ${sql(row)}`
  return getChannel(sql, channel.id, true)
}

export async function getChannel(sql: Sql, id: string, includeDeleted = false): Promise<Channel> {
  const [channel] = await sql<Channel[]>`select ${channelColumns(sql)} from notification_channels where id = ${id}`
  if (!channel || (channel.deletedAt !== null && !includeDeleted)) throw notFound('notification channel', id)
  return channel
}

export async function listChannels(sql: Sql): Promise<readonly Channel[]> {
  return sql<Channel[]>`
    select ${channelColumns(sql)} from notification_channels where deleted_at is null order by created_at, id`
}

const ruleColumns = (sql: Sql) => sql`
  id, type, name, disabled, channels, metadata, created_at as "createdAt", updated_at as "updatedAt",
  deleted_at as "deletedAt"`

export async function saveRule({ sql, now }: Unit, rule: Rule): Promise<Rule> {
  const row = {
    id: rule.id,
    type: rule.type,
    name: rule.name,
    disabled: rule.disabled,
    channels: [...rule.channels],
    metadata: rule.metadata ? sql.json(rule.metadata) : null,
    created_at: rule.createdAt,
    updated_at: now,
    deleted_at: rule.deletedAt,
  }
  await sql`insert into notification_rules ${sql(row)} on conflict (id) do update set ${sql(row)}`
  return getRule(sql, rule.id, true)
}

export async function getRule(sql: Sql, id: string, includeDeleted = false): Promise<Rule> {
  const [rule] = await sql<Rule[]>`select ${ruleColumns(sql)} from notification_rules where id = ${id}`
  if (!rule || (rule.deletedAt !== null && !includeDeleted)) throw notFound('notification rule', id)
  return rule
}

export async function listRules(sql: Sql): Promise<readonly Rule[]> {
  return sql<
    Rule[]
  >`select ${ruleColumns(sql)} from notification_rules where deleted_at is null order by created_at, id`
}

export async function rulesOf(sql: Sql, type: EventType): Promise<readonly Rule[]> {
  return sql<Rule[]>`
    select ${ruleColumns(sql)} from notification_rules
    where type = ${type} and not disabled and deleted_at is null order by id`
}

const eventColumns = (sql: Sql) => sql`id, type, rule_id as "ruleId", channels, payload, created_at as "createdAt"`

export async function insertEvent({ sql }: Unit, event: NotificationEvent): Promise<void> {
  const row = {
    id: event.id,
    type: event.type,
    rule_id: event.ruleId,
    channels: [...event.channels],
    payload: sql.json(JSON.parse(JSON.stringify(event.payload))),
    created_at: event.createdAt,
  }
  await sql`insert into notification_events ${sql(row)}`
}

export async function getEvent(sql: Sql, id: string): Promise<NotificationEvent> {
  const [event] = await sql<NotificationEvent[]>`select ${eventColumns(sql)} from notification_events where id = ${id}`
  if (!event) throw notFound('notification event', id)
  return event
}

export interface EventFilter {
  readonly from?: Instant
  readonly to?: Instant
  readonly rule?: readonly string[]
  readonly channel?: readonly string[]
  readonly order?: 'ASC' | 'DESC'
}

export async function listNotificationEvents(sql: Sql, filter: EventFilter): Promise<readonly NotificationEvent[]> {
  return sql<NotificationEvent[]>`
    select ${eventColumns(sql)} from notification_events where true
      ${filter.from === undefined ? sql`` : sql`and created_at >= ${filter.from}`}
      ${filter.to === undefined ? sql`` : sql`and created_at < ${filter.to}`}
      ${filter.rule === undefined ? sql`` : sql`and rule_id = any(${[...filter.rule]})`}
      ${filter.channel === undefined ? sql`` : sql`and channels && ${[...filter.channel]}`}
    order by id ${filter.order === 'DESC' ? sql`desc` : sql`asc`}`
}
