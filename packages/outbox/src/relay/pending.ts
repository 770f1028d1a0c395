import type { OutgoingMessage } from '@draupnir/bus'
import type { SqlClient } from '@draupnir/db'
import { dataSchemaUri, subjectOf } from '@draupnir/wire'

export interface PendingRow {
  readonly pos: string
  readonly event_id: string
  readonly tenant_id: string
  readonly type: string
  readonly version: number
  readonly aggregate_type: string
  readonly aggregate_id: string
  readonly aggregate_seq: string
  readonly data: string
  readonly correlation_id: string
  readonly causation_id: string | null
  readonly actor: string
  readonly traceparent: string | null
  readonly occurred_at: string
  readonly replays: number
}

/**
 * The oldest rows not yet published. `published_at is null` and not `pos > last`: positions commit out of order, and a
 * cursor would step over the late ones. Aggregates with a refused event wait for an operator, rows in flight for their mark.
 */
export function readPending(sql: SqlClient, limit: number, inFlight: readonly string[] = []): Promise<PendingRow[]> {
  // The offset keeps the planner at one index look-up per row: a merge join would read every row ever published.
  return sql<PendingRow[]>`
    with pending as materialized (
      select pos, replays from outbox_publication
      where published_at is null and pos not in (
        select waiting.pos from outbox_publication refused
        join outbox cause on cause.pos = refused.pos
        join outbox waiting using (aggregate_type, aggregate_id)
        where refused.blocked_reason is not null and refused.published_at is null)
        and pos not in (select unnest(${inFlight}::bigint[]))
      order by pos
      limit ${limit})
    select pending.pos::text as pos, event_id, tenant_id, type, version, aggregate_type, aggregate_id,
      aggregate_seq::text as aggregate_seq, data::text as data, correlation_id, causation_id, actor, traceparent,
      occurred_at, replays
    from pending cross join lateral (select * from outbox where outbox.pos = pending.pos offset 0) event
    order by pending.pos`
}

/** The CloudEvents envelope of a row, its data spliced in as Postgres wrote it. A replay has a message id of its own. */
export function toMessage(row: PendingRow): OutgoingMessage {
  const subject = subjectOf(row, row.aggregate_id)
  const attributes = JSON.stringify({
    specversion: '1.0',
    id: row.event_id,
    type: row.type,
    source: sourceOf(row.type),
    subject,
    time: row.occurred_at,
    datacontenttype: 'application/json',
    dataschema: dataSchemaUri(row.type, row.version),
    aggregatetype: row.aggregate_type,
    aggregateid: row.aggregate_id,
    aggregateseq: Number(row.aggregate_seq),
    tenantid: row.tenant_id,
    correlationid: row.correlation_id,
    causationid: row.causation_id,
    actor: row.actor,
    traceparent: row.traceparent,
  })
  const id = row.replays === 0 ? row.event_id : `${row.event_id}.${row.replays}`
  return { id, subject, body: `${attributes.slice(0, -1)},"data":${row.data}}` }
}

/** `draupnir:service/billing` */
export function sourceOf(type: string): string {
  return `draupnir:service/${type.slice(0, type.indexOf('.'))}`
}
