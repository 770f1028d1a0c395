import { isPassingFailure, type SqlClient } from '@draupnir/db'
import { Refusal, Transient } from '@draupnir/errors'
import { type Applier, applyOne } from '../consumer/apply.ts'
import { decode, type Handlers, type Incoming, type Poison } from '../consumer/decode.ts'

export interface Resolver extends Applier {
  readonly handlers: Handlers
}

/** How far an aggregate got: `stopped` says why something is still parked. */
export interface Drained {
  readonly settled: number
  readonly remaining: number
  readonly stopped: string | null
}

interface Head {
  readonly id: string
  readonly aggregate_seq: bigint
  readonly envelope: string
  readonly code: string
  readonly attempts: number
}

type Step = 'settled' | 'empty' | { readonly stopped: string; readonly head: Head | null }

/** Applies what is parked of one aggregate in order, each in its own transaction, until something fails again or nothing is left. */
export async function drain(
  resolver: Resolver,
  aggregateType: string,
  aggregateId: string,
  resolvedBy = resolver.actor,
): Promise<Drained> {
  let settled = 0
  for (;;) {
    const step = await next(resolver, aggregateType, aggregateId, resolvedBy)
    if (step === 'settled') settled += 1
    else {
      const remaining = await count(resolver.db.sql, resolver.consumer, aggregateType, aggregateId)
      return { settled, remaining, stopped: step === 'empty' ? null : step.stopped }
    }
  }
}

async function next(resolver: Resolver, type: string, id: string, resolvedBy: string): Promise<Step> {
  let head: Head | null = null
  try {
    return await resolver.db.transaction(async (db): Promise<Step> => {
      const cursor = await lockCursor(db.sql, resolver.consumer, type, id)
      head = await firstParked(db.sql, resolver.consumer, type, id)
      if (head === null) {
        await unblock(db.sql, resolver.consumer, type, id)
        return 'empty'
      }
      const seq = Number(head.aggregate_seq)
      if (seq > cursor + 1) return { stopped: `event ${cursor + 1} has not come`, head }
      if (seq === cursor + 1) {
        const read = readable(head, resolver.handlers)
        if ('code' in read) return { stopped: `${read.code}: ${read.error}`, head }
        await applyOne(resolver, db, read)
        await advance(db.sql, resolver.consumer, type, id, seq)
      }
      await resolve(db.sql, head.id, 'replayed', resolvedBy)
      return 'settled'
    })
  } catch (error) {
    if (head === null || (isPassingFailure(error) && !(error instanceof Transient))) throw error
    const reason = error instanceof Refusal ? `${error.code} ${JSON.stringify(error.context)}` : String(error)
    await noteFailure(resolver.db.sql, head, reason)
    return { stopped: reason, head }
  }
}

function readable(head: Head, handlers: Handlers): Incoming | Poison {
  if (head.code === 'event.malformed' || head.code === 'event.subject-mismatch')
    return { code: head.code, error: 'this message can only be skipped' }
  const { subject } = JSON.parse(head.envelope)
  const decoded = decode({ subject, text: () => head.envelope, attempt: head.attempts + 1 }, handlers)
  if ('malformed' in decoded) return decoded.malformed
  return decoded.incoming.poison ?? decoded.incoming
}

/** The sequence number the consumer stands at; locked until the end of the transaction. */
export async function lockCursor(sql: SqlClient, consumer: string, type: string, id: string): Promise<number> {
  const [row] = await sql<{ last_seq: bigint }[]>`
    select last_seq from consumer_cursor
    where consumer = ${consumer} and aggregate_type = ${type} and aggregate_id = ${id} for update`
  return Number(row?.last_seq ?? 0)
}

export async function firstParked(sql: SqlClient, consumer: string, type: string, id: string): Promise<Head | null> {
  const [head] = await sql<Head[]>`
    select id, aggregate_seq, envelope, code, attempts from parked
    where consumer = ${consumer} and aggregate_type = ${type} and aggregate_id = ${id} and status = 'parked'
    order by aggregate_seq limit 1`
  return head ?? null
}

export async function advance(sql: SqlClient, consumer: string, type: string, id: string, seq: number): Promise<void> {
  await sql`
    update consumer_cursor set last_seq = ${seq}, retry_seq = null, retry_event_id = null, retry_reason = null, retry_at = null
    where consumer = ${consumer} and aggregate_type = ${type} and aggregate_id = ${id}`
}

async function unblock(sql: SqlClient, consumer: string, type: string, id: string): Promise<void> {
  await sql`
    update consumer_cursor set blocked = false
    where consumer = ${consumer} and aggregate_type = ${type} and aggregate_id = ${id} and blocked`
}

export async function resolve(
  sql: SqlClient,
  id: string,
  status: 'replayed' | 'skipped',
  resolvedBy: string,
): Promise<void> {
  await sql`
    update parked set status = ${status}, resolved_at = clock_timestamp(), resolved_by = ${resolvedBy} where id = ${id}`
}

async function noteFailure(sql: SqlClient, head: Head, reason: string): Promise<void> {
  await sql`update parked set attempts = attempts + 1, error = ${reason.slice(0, 4_000)} where id = ${head.id}`
}

async function count(sql: SqlClient, consumer: string, type: string, id: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from parked
    where consumer = ${consumer} and aggregate_type = ${type} and aggregate_id = ${id} and status = 'parked'`
  return row?.count ?? 0
}
