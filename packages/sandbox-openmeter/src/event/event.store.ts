import type { Sql } from '@draupnir/sandbox'
import type { Instant } from '@draupnir/time'
import type { Unit } from '../shared/unit.ts'
import type { CloudEvent, StoredEvent } from './event.ts'

const CHUNK = 500

/** Keeps the first event of each (source, id) and drops later ones, silently, as the original's deduplication does. */
export async function insertEvents(
  { sql, now }: Unit,
  events: readonly CloudEvent[],
  errors: readonly (string | null)[],
): Promise<void> {
  const rows = events.map((event, index) => ({
    source: event.source,
    id: event.id,
    type: event.type,
    subject: event.subject,
    time: event.time ?? now,
    data: event.data ? sql.json(JSON.parse(JSON.stringify(event.data))) : null,
    document: sql.json(JSON.parse(JSON.stringify(event))),
    validation_error: errors[index] ?? null,
    ingested_at: now,
  }))
  for (let i = 0; i < rows.length; i += CHUNK) {
    await sql`insert into events ${sql(rows.slice(i, i + CHUNK))} on conflict do nothing`
  }
}

export interface EventFilter {
  readonly id?: string
  readonly subject?: string
  readonly customerId?: readonly string[]
  readonly from?: Instant
  readonly to?: Instant
  readonly ingestedAtFrom?: Instant
  readonly ingestedAtTo?: Instant
  readonly limit: number
}

export async function listEvents(sql: Sql, filter: EventFilter): Promise<readonly StoredEvent[]> {
  return sql<StoredEvent[]>`
    select document, time, validation_error as "validationError", ingested_at as "ingestedAt", c.id as "customerId"
    from events e left join lateral (
      select id from customers c where c.deleted_at is null and (c.key = e.subject or e.subject = any(c.subject_keys)) limit 1
    ) c on true
    where true
      ${filter.id === undefined ? sql`` : sql`and e.id ilike ${`%${filter.id}%`}`}
      ${filter.subject === undefined ? sql`` : sql`and e.subject ilike ${`%${filter.subject}%`}`}
      ${filter.customerId === undefined ? sql`` : sql`and c.id = any(${[...filter.customerId]})`}
      ${filter.from === undefined ? sql`` : sql`and time >= ${filter.from}`}
      ${filter.to === undefined ? sql`` : sql`and time < ${filter.to}`}
      ${filter.ingestedAtFrom === undefined ? sql`` : sql`and ingested_at >= ${filter.ingestedAtFrom}`}
      ${filter.ingestedAtTo === undefined ? sql`` : sql`and ingested_at < ${filter.ingestedAtTo}`}
    order by time desc, e.id limit ${filter.limit}`
}
