import type { SqlClient } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import { advance, type Drained, drain, firstParked, lockCursor, type Resolver, resolve } from './drain.ts'
import type { Parked } from './parked.store.ts'

export interface ParkedQuery {
  readonly consumer?: string
  readonly aggregateId?: string
  /** Continue after this id. */
  readonly after?: string
  /** Default 100, at most 1,000. */
  readonly limit?: number
}

/** What waits for an operator, by aggregate and in the order it must be resolved. */
export function listParked(sql: SqlClient, query: ParkedQuery = {}): Promise<Parked[]> {
  return sql<Parked[]>`
    select ${columns(sql)} from parked p
    where status = 'parked' and (${query.consumer ?? null}::text is null or consumer = ${query.consumer ?? null})
      and (${query.aggregateId ?? null}::text is null or aggregate_id = ${query.aggregateId ?? null})
      and (${query.after ?? null}::text is null or (consumer, aggregate_type, aggregate_id, aggregate_seq) > (
        select consumer, aggregate_type, aggregate_id, aggregate_seq from parked where id = ${query.after ?? null}))
    order by consumer, aggregate_type, aggregate_id, aggregate_seq
    limit ${Math.min(query.limit ?? 100, 1_000)}`
}

/** Applies a parked event and, in order, everything parked behind it. Refuses `parked.not-found` and `parked.not-first`. */
export async function replayParked(
  resolver: Resolver,
  id: string,
  by: { readonly actor: string; readonly acceptGap?: boolean },
): Promise<Drained> {
  const parked = await resolver.db.transaction(async ({ sql }) => {
    const { row, cursor } = await firstOf(sql, resolver.consumer, id)
    // The operator knows that what is missing will never come.
    if (by.acceptGap && row.aggregateSeq > cursor + 1)
      await advance(sql, row.consumer, row.aggregateType, row.aggregateId, row.aggregateSeq - 1)
    return row
  })
  return drain(resolver, parked.aggregateType, parked.aggregateId, by.actor)
}

/** Leaves a parked event without effect and applies what is parked behind it. Refuses `parked.not-found` and `parked.not-first`. */
export async function skipParked(resolver: Resolver, id: string, by: { readonly actor: string }): Promise<Drained> {
  const parked = await resolver.db.transaction(async ({ sql }) => {
    const { row, cursor } = await firstOf(sql, resolver.consumer, id)
    await resolve(sql, id, 'skipped', by.actor)
    await sql`
      insert into inbox (consumer, event_id, tenant_id, outcome)
      values (${row.consumer}, ${row.eventId}, ${row.tenant}, 'skipped') on conflict do nothing`
    if (row.aggregateSeq > cursor)
      await advance(sql, row.consumer, row.aggregateType, row.aggregateId, row.aggregateSeq)
    return row
  })
  return drain(resolver, parked.aggregateType, parked.aggregateId, by.actor)
}

/** Skipping or replaying one in the middle would break the order of its aggregate. */
async function firstOf(sql: SqlClient, consumer: string, id: string): Promise<{ row: Parked; cursor: number }> {
  const [row] = await sql<Parked[]>`
    select ${columns(sql)} from parked p where id = ${id} and consumer = ${consumer} and status = 'parked'`
  if (row === undefined) refuse('parked.not-found', { id })
  const cursor = await lockCursor(sql, consumer, row.aggregateType, row.aggregateId)
  const first = await firstParked(sql, consumer, row.aggregateType, row.aggregateId)
  if (first === null) refuse('parked.not-found', { id })
  if (first.id !== id) refuse('parked.not-first', { id, first: first.id })
  return { row, cursor }
}

function columns(sql: SqlClient) {
  return sql`id, consumer, event_id as "eventId", tenant_id as tenant, type, aggregate_type as "aggregateType",
    aggregate_id as "aggregateId", aggregate_seq::float8 as "aggregateSeq", envelope, code, error, attempts,
    parked_at as "parkedAt"`
}
