import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type Account, type AccountRef, accountOf } from './account.ts'
import { type Balance, opened } from './balance.ts'
import { CHART } from './chart.ts'

export interface AccountRow {
  readonly ref: string
  readonly posted_debits: bigint
  readonly posted_credits: bigint
  readonly pending_debits: bigint
  readonly pending_credits: bigint
  readonly version: bigint
}

/** Locks the accounts, always in the order of their refs; those never posted to are opened in memory only. */
export async function lockBalances(ctx: Context, accounts: readonly Account[]): Promise<Balance[]> {
  const byRef = new Map(accounts.map((it) => [it.ref, it]))
  const rows = await ctx.db.sql<AccountRow[]>`
    select ref, posted_debits, posted_credits, pending_debits, pending_credits, version from accounts
    where tenant_id = ${ctx.tenant} and ref = any(${[...byRef.keys()]}) order by ref for update`
  const known = new Map(rows.map((row) => [row.ref, balanceOf(row)]))
  return [...byRef.values()].map((it) => known.get(it.ref) ?? opened(it))
}

export async function saveBalances(ctx: Context, balances: readonly Balance[]): Promise<void> {
  const column = <T>(pick: (account: Account) => T) => balances.map(({ account }) => pick(account))
  const number = (pick: (balance: Balance) => bigint) => balances.map((balance) => pick(balance).toString())
  await ctx.db.sql`
    insert into accounts (tenant_id, ref, owner, account, currency, normal_side, floor,
      posted_debits, posted_credits, pending_debits, pending_credits, version)
    select ${ctx.tenant}, u.* from unnest(
      ${column((it) => it.ref)}::text[], ${column((it) => it.owner)}::text[], ${column((it) => it.name)}::text[],
      ${column((it) => it.currency)}::text[], ${column((it) => CHART[it.name].normal)}::text[],
      ${column((it) => CHART[it.name].floor?.toString() ?? null)}::bigint[],
      ${number((b) => b.postedDebits)}::bigint[], ${number((b) => b.postedCredits)}::bigint[],
      ${number((b) => b.pendingDebits)}::bigint[], ${number((b) => b.pendingCredits)}::bigint[],
      ${number((b) => b.version)}::bigint[]
    ) as u
    on conflict (tenant_id, ref) do update set
      posted_debits = excluded.posted_debits, posted_credits = excluded.posted_credits,
      pending_debits = excluded.pending_debits, pending_credits = excluded.pending_credits, version = excluded.version`
}

export interface AccountFilter {
  readonly owner?: Id<'party'> | 'platform' | undefined
  readonly ref?: AccountRef | undefined
  readonly after: string | null
  readonly limit: number
}

/** Balances in the order of their refs; accounts exist once they are posted to. */
export async function listBalances(ctx: Context, filter: AccountFilter): Promise<Balance[]> {
  const { sql } = ctx.db
  const rows = await sql<AccountRow[]>`
    select ref, posted_debits, posted_credits, pending_debits, pending_credits, version from accounts
    where tenant_id = ${ctx.tenant} and ref > ${filter.after ?? ''}
      ${filter.owner === undefined ? sql`` : sql`and owner = ${filter.owner}`}
      ${filter.ref === undefined ? sql`` : sql`and ref = ${filter.ref}`}
    order by ref limit ${filter.limit}`
  return rows.map(balanceOf)
}

export interface ChartTotals {
  readonly account: string
  readonly currency: string
  readonly debits: string
  readonly credits: string
  readonly accounts: number
}

/** Booked turnover by account of the chart and currency. */
export async function chartTotals(ctx: Context): Promise<ChartTotals[]> {
  return await ctx.db.sql<ChartTotals[]>`
    select account, currency, sum(posted_debits)::text as debits, sum(posted_credits)::text as credits,
      count(*)::int as accounts
    from accounts where tenant_id = ${ctx.tenant} group by account, currency order by currency, account`
}

export function balanceOf(row: AccountRow): Balance {
  return {
    account: accountOf(row.ref),
    postedDebits: row.posted_debits,
    postedCredits: row.posted_credits,
    pendingDebits: row.pending_debits,
    pendingCredits: row.pending_credits,
    version: row.version,
  }
}
