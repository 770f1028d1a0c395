import type { SqlClient } from '@draupnir/db'
import type { Incoming } from './decode.ts'
import { aggregateKey, type Cursor } from './plan.ts'

interface Row {
  readonly aggregate_type: string
  readonly aggregate_id: string
  readonly last_seq: bigint
  readonly blocked: boolean
  readonly retry_seq: bigint | null
}

/** Locks the cursors of every aggregate of the batch, in one order for all consumers, making those that are missing. */
export async function lockCursors(
  sql: SqlClient,
  consumer: string,
  batch: readonly Incoming[],
): Promise<Map<string, Cursor>> {
  const aggregates = new Map(batch.map((incoming) => [aggregateKey(incoming), incoming.event]))
  const events = [...aggregates.values()]
  let rows = await selectForUpdate(sql, consumer, events)
  if (rows.length < events.length) {
    await sql`
      insert into consumer_cursor (consumer, aggregate_type, aggregate_id, tenant_id, last_seq)
      select ${consumer}, type, id, tenant, 0
      from unnest(${events.map((event) => event.aggregatetype)}::text[], ${events.map((event) => event.aggregateid)}::text[],
        ${events.map((event) => event.tenantid)}::text[]) as t (type, id, tenant)
      order by type, id
      on conflict do nothing`
    rows = await selectForUpdate(sql, consumer, events)
  }
  const parked = await parkedSequences(sql, consumer, rows)
  return new Map(
    rows.map((row) => {
      const key = `${row.aggregate_type}/${row.aggregate_id}`
      const { blocked, retry_seq } = row
      const cursor: Cursor = {
        lastSeq: Number(row.last_seq),
        blocked,
        parked: parked.get(key) ?? new Set(),
        retrying: retry_seq !== null,
      }
      return [key, cursor]
    }),
  )
}

type Aggregate = { readonly aggregatetype: string; readonly aggregateid: string }

function selectForUpdate(sql: SqlClient, consumer: string, events: readonly Aggregate[]): Promise<Row[]> {
  return sql<Row[]>`
    select aggregate_type, aggregate_id, last_seq, blocked, retry_seq
    from consumer_cursor
    where consumer = ${consumer} and (aggregate_type, aggregate_id) in (
      select * from unnest(${events.map((event) => event.aggregatetype)}::text[], ${events.map((event) => event.aggregateid)}::text[]))
    order by aggregate_type, aggregate_id
    for update`
}

async function parkedSequences(
  sql: SqlClient,
  consumer: string,
  rows: readonly Row[],
): Promise<Map<string, Set<number>>> {
  const blocked = rows.filter((row) => row.blocked)
  const found = new Map<string, Set<number>>()
  if (blocked.length === 0) return found
  const parked = await sql<{ key: string; aggregate_seq: bigint }[]>`
    select aggregate_type || '/' || aggregate_id as key, aggregate_seq
    from parked
    where consumer = ${consumer} and status = 'parked' and (aggregate_type, aggregate_id) in (
      select * from unnest(${blocked.map((row) => row.aggregate_type)}::text[], ${blocked.map((row) => row.aggregate_id)}::text[]))`
  for (const { key, aggregate_seq } of parked) {
    const set = found.get(key) ?? new Set<number>()
    found.set(key, set.add(Number(aggregate_seq)))
  }
  return found
}

/** Writes the cursors back; a retry that was under way is over for those that moved. */
export async function saveCursors(
  sql: SqlClient,
  consumer: string,
  cursors: readonly (readonly [key: string, cursor: Cursor])[],
): Promise<void> {
  if (cursors.length === 0) return
  const keys = cursors.map(([key]) => key)
  // postgres.js takes an array of booleans for one boolean: hence 0 and 1.
  const slash = keys.map((key) => key.indexOf('/'))
  await sql`
    update consumer_cursor c set last_seq = t.seq, blocked = t.blocked = 1, retry_seq = null, retry_event_id = null, retry_reason = null,
      retry_at = null
    from unnest(${keys.map((key, i) => key.slice(0, slash[i]))}::text[], ${keys.map((key, i) => key.slice((slash[i] ?? 0) + 1))}::text[],
      ${cursors.map(([, cursor]) => cursor.lastSeq)}::bigint[], ${cursors.map(([, cursor]) => (cursor.blocked ? 1 : 0))}::int[])
      as t (type, id, seq, blocked)
    where c.consumer = ${consumer} and c.aggregate_type = t.type and c.aggregate_id = t.id`
}

/** Shows that an event is being tried again, so that what follows it waits instead of being taken for a gap. */
export async function noteRetry(
  sql: SqlClient,
  consumer: string,
  incoming: Incoming,
  delayMs: number,
  reason: string,
): Promise<void> {
  const { event } = incoming
  await sql`
    insert into consumer_cursor (consumer, aggregate_type, aggregate_id, tenant_id, last_seq, retry_seq, retry_event_id, retry_reason,
      retry_at)
    values (${consumer}, ${event.aggregatetype}, ${event.aggregateid}, ${event.tenantid}, 0, ${event.aggregateseq},
      ${event.id}, ${reason.slice(0, 1_000)}, clock_timestamp() + ${delayMs} * interval '1 millisecond')
    on conflict (consumer, aggregate_type, aggregate_id)
      do update set retry_seq = excluded.retry_seq, retry_event_id = excluded.retry_event_id,
        retry_reason = excluded.retry_reason, retry_at = excluded.retry_at`
}
