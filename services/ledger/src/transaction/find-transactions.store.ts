import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { AccountRef } from '../account/account.ts'
import { type TransactionRow, transactionOf } from './transaction.store.ts'
import type { Transaction } from './transaction.ts'

export interface TransactionFilter {
  readonly account?: AccountRef | undefined
  readonly party?: Id<'party'> | undefined
  readonly cause?: string | undefined
  readonly reference?: string | undefined
  /** Everything that was booked on the way of a settlement. */
  readonly settlement?: Id<'settlement'> | undefined
  /** Where the page before ended. */
  readonly before: readonly [bookedAt: Instant, id: string] | null
  readonly limit: number
}

const END_OF_TIME = ['9999-12-31T23:59:59.999Z', '~'] as const

/** Newest first. With an account or a party it goes by the entries of each account: flat, however long the journal is. */
export async function transactionsBy(ctx: Context, filter: TransactionFilter): Promise<Transaction[]> {
  const { account, party } = filter
  if (account === undefined && party === undefined) return byName(ctx, filter)
  const { sql } = ctx.db
  const [at, id] = filter.before ?? END_OF_TIME
  const rows = await sql<TransactionRow[]>`
    with touched as (
      select distinct e.recorded_at, e.transaction_id from accounts a cross join lateral (
        select recorded_at, transaction_id from entries e
        where e.account_id = a.id and e.tenant_id = ${ctx.tenant} and e.movement in ('pending', 'posted')
          and e.recorded_at <= ${at}::timestamptz and (e.recorded_at, e.transaction_id) < (${at}::timestamptz, ${id})
        order by e.recorded_at desc, e.transaction_id desc limit ${filter.limit}) e
      where a.tenant_id = ${ctx.tenant}
        ${account === undefined ? sql`` : sql`and a.ref = ${account}`}
        ${party === undefined ? sql`` : sql`and a.owner = ${party}`}
      order by 1 desc, 2 desc limit ${filter.limit})
    select t.* from touched join transactions t on t.tenant_id = ${ctx.tenant} and t.id = touched.transaction_id
    where true ${named(ctx, filter)} order by touched.recorded_at desc, t.id desc`
  return rows.map(transactionOf)
}

async function byName(ctx: Context, filter: TransactionFilter): Promise<Transaction[]> {
  const { sql } = ctx.db
  const [, before] = filter.before ?? END_OF_TIME
  const rows = await sql<TransactionRow[]>`
    select t.* from transactions t where t.tenant_id = ${ctx.tenant} and t.id < ${before} ${named(ctx, filter)}
    order by t.id desc limit ${filter.limit}`
  return rows.map(transactionOf)
}

function named({ db: { sql }, tenant }: Context, { cause, reference, settlement }: TransactionFilter) {
  return sql`
    ${settlement === undefined ? sql`` : sql`and t.id in (${ofSettlement(sql, tenant, settlement)})`}
    ${cause === undefined ? sql`` : sql`and (t.cause = ${cause} or t.resolved_by = ${cause})`}
    ${reference === undefined ? sql`` : sql`and t.reference = ${reference}`}`
}

// Commits and settlements are booked for a collection, releases for a leg, returns for a pay-in.
function ofSettlement(sql: Context['db']['sql'], tenant: string, settlement: Id<'settlement'>) {
  return sql`
    select b.id from transactions b where b.tenant_id = ${tenant} and b.reference in (
      select collection_id from payments where tenant_id = ${tenant} and settlement_id = ${settlement}
      union all select id from settlement_legs where tenant_id = ${tenant} and settlement_id = ${settlement})
    union all
    select r.transaction_id from settlement_reversals r
      join settlement_legs l on l.tenant_id = r.tenant_id and l.id = r.leg_id
    where r.tenant_id = ${tenant} and l.settlement_id = ${settlement}`
}
