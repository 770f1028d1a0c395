import type { SqlClient } from '@draupnir/db'
import type { Incoming } from './decode.ts'
import { aggregateKey, inSequence } from './plan.ts'

/** The usual batch: per aggregate the next events without a hole, nothing poisonous. */
export interface Straight {
  /** In order of application. */
  readonly applied: readonly Incoming[]
  readonly steps: readonly Step[]
}

interface Step {
  readonly type: string
  readonly id: string
  readonly tenant: string
  readonly first: number
  last: number
}

/** Null when the batch needs judging event by event. */
export function straighten(batch: readonly Incoming[]): Straight | null {
  const steps = new Map<string, Step>()
  const applied: Incoming[] = []
  for (const incoming of inSequence(batch)) {
    if (incoming.poison !== null) return null
    if (incoming.handler !== null) applied.push(incoming)
    const { aggregatetype: type, aggregateid: id, tenantid: tenant, aggregateseq: seq } = incoming.event
    const step = steps.get(aggregateKey(incoming))
    if (step === undefined) steps.set(aggregateKey(incoming), { type, id, tenant, first: seq, last: seq })
    else if (seq === step.last + 1) step.last = seq
    else return null
  }
  return { applied, steps: [...steps.values()] }
}

/**
 * Moves the cursors and settles the inbox with one statement; false when anything was not as expected: then the
 * transaction must be undone. Cursors are locked in one order for all consumers.
 */
export async function advanceStraight(
  sql: SqlClient,
  consumer: string,
  { applied, steps }: Straight,
): Promise<boolean> {
  const [done] = await sql<{ cursors: number; settled: number }[]>`
    with input as (
      select * from unnest(${steps.map((step) => step.type)}::text[], ${steps.map((step) => step.id)}::text[],
        ${steps.map((step) => step.tenant)}::text[], ${steps.map((step) => step.first)}::bigint[],
        ${steps.map((step) => step.last)}::bigint[]) as t (type, id, tenant, first, last)),
    locked as materialized (
      select c.aggregate_type as type, c.aggregate_id as id, first, last
      from input join consumer_cursor c
        on c.consumer = ${consumer} and c.aggregate_type = input.type and c.aggregate_id = input.id
      order by c.aggregate_type, c.aggregate_id for update of c),
    moved as (
      update consumer_cursor c
      set last_seq = last, retry_seq = null, retry_event_id = null, retry_reason = null, retry_at = null
      from locked
      where c.consumer = ${consumer} and c.aggregate_type = locked.type and c.aggregate_id = locked.id
        and c.last_seq = first - 1 and not c.blocked
      returning 1),
    made as (
      insert into consumer_cursor (consumer, aggregate_type, aggregate_id, tenant_id, last_seq)
      select ${consumer}, type, id, tenant, last from input
      where first = 1 and (type, id) not in (select type, id from locked)
      order by type, id
      on conflict do nothing
      returning 1),
    settled as (
      insert into inbox (consumer, event_id, tenant_id)
      select ${consumer}, id, tenant
      from unnest(${applied.map(({ event }) => event.id)}::uuid[], ${applied.map(({ event }) => event.tenantid)}::text[])
        as t (id, tenant)
      on conflict do nothing
      returning 1)
    select (select count(*) from moved)::int + (select count(*) from made)::int as cursors,
      (select count(*) from settled)::int as settled`
  return done?.cursors === steps.length && done.settled === applied.length
}
