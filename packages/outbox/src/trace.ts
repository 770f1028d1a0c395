import type { SqlClient } from '@draupnir/db'
import type { Instant } from '@draupnir/time'

/** The producer's side of an event. */
export interface Produced {
  readonly type: string
  readonly version: number
  readonly tenant: string
  readonly aggregateType: string
  readonly aggregateId: string
  readonly aggregateSeq: number
  readonly correlationId: string
  readonly causationId: string | null
  readonly actor: string
  readonly occurredAt: Instant
  readonly state: 'pending' | 'blocked' | 'published'
  readonly publishedAt: Instant | null
  readonly streamSeq: number | null
}

/** One consumer's side of an event; `pending` when it has left no mark here yet. */
export interface Consumed {
  readonly consumer: string
  readonly state: 'pending' | 'retrying' | 'applied' | 'refused' | 'skipped' | 'parked'
  readonly at: Instant | null
  /** Why it was refused, parked or is tried again. */
  readonly reason: string | null
}

export interface EventTrace {
  readonly produced: Produced | null
  readonly consumed: readonly Consumed[]
}

/** What this schema knows of an event: as its producer, and as each of the consumers named. */
export async function eventTrace(
  sql: SqlClient,
  eventId: string,
  consumers: readonly string[] = [],
): Promise<EventTrace> {
  const [[produced], marks] = await Promise.all([readProduced(sql, eventId), readMarks(sql, eventId)])
  const byConsumer = new Map(marks.map((mark) => [mark.consumer, mark]))
  const silent = consumers.filter((consumer) => !byConsumer.has(consumer))
  const waiting = silent.map((consumer): Consumed => ({ consumer, state: 'pending', at: null, reason: null }))
  return { produced: produced ?? null, consumed: [...marks, ...waiting] }
}

function readProduced(sql: SqlClient, eventId: string): Promise<Produced[]> {
  return sql<Produced[]>`
    select type, version, tenant_id as tenant, aggregate_type as "aggregateType", aggregate_id as "aggregateId",
      aggregate_seq::float8 as "aggregateSeq", correlation_id as "correlationId", causation_id as "causationId", actor,
      occurred_at as "occurredAt", published_at as "publishedAt", stream_seq::float8 as "streamSeq",
      case when published_at is not null then 'published' when blocked_reason is not null then 'blocked' else 'pending' end as state
    from outbox join outbox_publication using (pos) where event_id = ${eventId}`
}

function readMarks(sql: SqlClient, eventId: string): Promise<Consumed[]> {
  return sql<Consumed[]>`
    select consumer, split_part(outcome, ':', 1) as state, settled_at as at, nullif(split_part(outcome, ':', 2), '') as reason
    from inbox where event_id = ${eventId}
    union all
    select consumer, 'parked', parked_at, code || ': ' || error from parked where event_id = ${eventId} and status = 'parked'
    union all
    select consumer, 'retrying', retry_at, retry_reason from consumer_cursor where retry_event_id = ${eventId}
    order by consumer`
}
