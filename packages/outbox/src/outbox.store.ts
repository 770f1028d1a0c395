import { jsonArray, numberArray, type SqlClient, sparseArray, type Trace } from '@draupnir/db'
import { assert } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'

/** One event as it is written. */
export interface OutboxRow {
  readonly eventId: string
  readonly type: string
  readonly version: number
  readonly aggregate: string
  readonly aggregateId: string
  /** JSON. */
  readonly data: string
  readonly tenant: Id<'tenant'>
  readonly actor: string
  readonly trace: Trace
  readonly occurredAt: Instant
}

export interface Emitted {
  readonly eventId: string
  readonly aggregateSeq: bigint
}

/** Writes events with one statement, numbered in the order given, each aggregate for itself; aggregates stay locked. */
export async function insertEvents(sql: SqlClient, rows: readonly OutboxRow[]): Promise<Emitted[]> {
  const [first] = rows
  const sequences = rows.length === 1 && first !== undefined ? await insertOne(sql, first) : await insertMany(sql, rows)
  const byId = new Map(sequences.map((row) => [row.event_id, row.aggregate_seq]))
  return rows.map(({ eventId }) => {
    const aggregateSeq = byId.get(eventId)
    assert(aggregateSeq !== undefined, 'the outbox took fewer rows than given')
    return { eventId, aggregateSeq }
  })
}

interface Sequence {
  readonly event_id: string
  readonly aggregate_seq: bigint
}

// Without the counting of many. The insert reads the new sequence number, so the aggregate is locked before pos is taken.
async function insertOne(sql: SqlClient, row: OutboxRow): Promise<Sequence[]> {
  const { correlationId, causationId, traceparent } = row.trace
  return await sql<Sequence[]>`
    with sequence as (
      insert into outbox_sequence (aggregate_type, aggregate_id, tenant_id, last_seq)
      values (${row.aggregate}, ${row.aggregateId}, ${row.tenant}, 1)
      on conflict (aggregate_type, aggregate_id) do update set last_seq = outbox_sequence.last_seq + 1
      returning last_seq),
    event as (insert into outbox (event_id, tenant_id, type, version, aggregate_type, aggregate_id, aggregate_seq, data,
      correlation_id, causation_id, actor, traceparent, occurred_at)
    select ${row.eventId}, ${row.tenant}, ${row.type}, ${row.version}, ${row.aggregate}, ${row.aggregateId},
      last_seq, ${row.data}::json, ${correlationId}, ${causationId}, ${row.actor}, ${traceparent},
      ${row.occurredAt}::timestamptz
    from sequence
    returning pos, event_id, aggregate_seq),
    queued as (insert into outbox_publication (pos) select pos from event)
    select event_id, aggregate_seq from event`
}

async function insertMany(sql: SqlClient, rows: readonly OutboxRow[]): Promise<Sequence[]> {
  const list = (of: (row: OutboxRow) => string | null) => sparseArray(rows.map(of))
  return await sql<Sequence[]>`
    with input as (
      select t.*, row_number() over (partition by aggregate_type, aggregate_id order by ordinal) as nth
      from rows from (unnest(${list((row) => row.eventId)}::uuid[], ${list((row) => row.tenant)}::text[],
        ${list((row) => row.type)}::text[], ${numberArray(rows.map((row) => row.version))}::int[],
        ${list((row) => row.aggregate)}::text[], ${list((row) => row.aggregateId)}::text[],
        ${list((row) => row.trace.correlationId)}::text[],
        ${list((row) => row.trace.causationId)}::text[], ${list((row) => row.actor)}::text[],
        ${list((row) => row.trace.traceparent)}::text[], ${list((row) => row.occurredAt)}::timestamptz[]),
        json_array_elements(${jsonArray(rows.map((row) => row.data))}::json))
        with ordinality as t (event_id, tenant_id, type, version, aggregate_type, aggregate_id, correlation_id,
          causation_id, actor, traceparent, occurred_at, data, ordinal)),
    counted as (
      select aggregate_type, aggregate_id, min(tenant_id) as tenant_id, count(*) as events from input group by 1, 2),
    sequence as (
      insert into outbox_sequence (aggregate_type, aggregate_id, tenant_id, last_seq)
      select aggregate_type, aggregate_id, tenant_id, events from counted order by aggregate_type, aggregate_id
      on conflict (aggregate_type, aggregate_id) do update set last_seq = outbox_sequence.last_seq + excluded.last_seq
      returning aggregate_type, aggregate_id, last_seq),
    event as (insert into outbox (event_id, tenant_id, type, version, aggregate_type, aggregate_id, aggregate_seq, data,
      correlation_id, causation_id, actor, traceparent, occurred_at)
    select i.event_id, i.tenant_id, i.type, i.version, i.aggregate_type, i.aggregate_id,
      s.last_seq - c.events + i.nth, i.data, i.correlation_id, i.causation_id, i.actor, i.traceparent, i.occurred_at
    from input i join counted c using (aggregate_type, aggregate_id) join sequence s using (aggregate_type, aggregate_id)
    order by i.ordinal
    returning pos, event_id, aggregate_seq),
    queued as (insert into outbox_publication (pos) select pos from event)
    select event_id, aggregate_seq from event`
}
