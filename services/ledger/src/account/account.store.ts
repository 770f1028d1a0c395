import { type Context, numberArray, textArray } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import { type Account, type AccountRef, accountOf } from './account.ts'
import { type Balance, checksumOf, opened } from './balance.ts'
import { CHART } from './chart.ts'

export interface AccountRow {
  readonly id: bigint
  readonly ref: string
  readonly posted_debits: bigint
  readonly posted_credits: bigint
  readonly pending_debits: bigint
  readonly pending_credits: bigint
  readonly version: bigint
  readonly checksum: bigint
  readonly changed_at: Instant
  readonly state: Balance['state']
}

export interface Locked {
  readonly balances: readonly Balance[]
  /** Row ids of the accounts that exist, by ref. */
  readonly ids: ReadonlyMap<string, bigint>
  /** Accounts whose balance is not what was last written by us. */
  readonly tampered: readonly Balance[]
}

/** Locks the accounts, always in the order of their refs; those never posted to are opened in memory only. */
export async function lockBalances(ctx: Context, accounts: ReadonlyMap<string, Account>): Promise<Locked> {
  const rows = await ctx.db.sql<AccountRow[]>`
    select id, ref, posted_debits, posted_credits, pending_debits, pending_credits, version, checksum, changed_at, state
    from accounts where tenant_id = ${ctx.tenant} and ref = any(${textArray([...accounts.keys()])}::text[]) order by ref for update`
  return lockedOf(accounts, rows)
}

/** The same without a lock: for a dry run. */
export async function peekBalances(ctx: Context, accounts: ReadonlyMap<string, Account>): Promise<Locked> {
  const rows = await ctx.db.sql<AccountRow[]>`
    select id, ref, posted_debits, posted_credits, pending_debits, pending_credits, version, checksum, changed_at, state
    from accounts where tenant_id = ${ctx.tenant} and ref = any(${textArray([...accounts.keys()])}::text[])`
  return lockedOf(accounts, rows)
}

function lockedOf(accounts: ReadonlyMap<string, Account>, rows: readonly AccountRow[]): Locked {
  const byRef = new Map(rows.map((row) => [row.ref, row]))
  const tampered: Balance[] = []
  const balances = [...accounts.values()].map((account) => {
    const row = byRef.get(account.ref)
    if (row === undefined) return opened(account)
    const balance = balanceOf(row, account)
    if (BigInt(checksumOf(balance)) === row.checksum) return balance
    tampered.push(balance)
    return { ...balance, state: 'frozen' as const }
  })
  return { balances, ids: new Map(rows.map((row) => [row.ref, row.id])), tampered }
}

/** An account before and after a commit, with the row it is kept in. */
export interface Change {
  readonly id: bigint
  readonly before: Balance
  readonly after: Balance
}

/**
 * Writes what accounts hold now, in the order of their refs. Nobody waits for it, for it travels with the commit: when one
 * was not, to the last field, as it was before, it divides by nothing, and that fails the transaction.
 */
export function saveBalances(ctx: Context, changes: readonly Change[], at: Instant): void {
  if (changes.length === 0) return
  const sorted = changes.toSorted((one, other) => (one.after.account.ref < other.after.account.ref ? -1 : 1))
  const number = (pick: (change: Change) => bigint | number) => numberArray(sorted.map(pick))
  ctx.db.later(ctx.db.sql`
    with changed as (update accounts a set posted_debits = u.posted_debits, posted_credits = u.posted_credits,
      pending_debits = u.pending_debits, pending_credits = u.pending_credits, version = u.version,
      checksum = u.checksum, changed_at = ${at}::timestamptz
    from unnest(
      ${number(({ id }) => id)}::bigint[], ${textArray(sorted.map(({ before }) => before.state))}::text[],
      ${number(({ before }) => before.version)}::bigint[],
      ${number(({ before }) => before.postedDebits)}::bigint[], ${number(({ before }) => before.postedCredits)}::bigint[],
      ${number(({ before }) => before.pendingDebits)}::bigint[],
      ${number(({ before }) => before.pendingCredits)}::bigint[],
      ${number(({ after }) => after.postedDebits)}::bigint[], ${number(({ after }) => after.postedCredits)}::bigint[],
      ${number(({ after }) => after.pendingDebits)}::bigint[], ${number(({ after }) => after.pendingCredits)}::bigint[],
      ${number(({ after }) => after.version)}::bigint[], ${number(({ after }) => checksumOf(after))}::bigint[]
    ) as u(id, state, old_version, old_posted_debits, old_posted_credits, old_pending_debits, old_pending_credits,
      posted_debits, posted_credits, pending_debits, pending_credits, version, checksum)
    where a.id = u.id and a.tenant_id = ${ctx.tenant} and a.state = u.state and a.version = u.old_version
      and a.posted_debits = u.old_posted_debits and a.posted_credits = u.old_posted_credits
      and a.pending_debits = u.old_pending_debits and a.pending_credits = u.old_pending_credits
    returning a.id)
    select 1 / (count(*) = ${changes.length})::int from changed`)
}

/** Opens accounts that were missing when the others were locked; gives all row ids. A `LostRace` when another was first. */
export async function openAccounts(
  ctx: Context,
  accounts: readonly Account[],
  known: ReadonlyMap<string, bigint>,
): Promise<ReadonlyMap<string, bigint>> {
  if (accounts.length === 0) return known
  const rows = await openEmpty(ctx, accounts)
  if (rows.length < accounts.length) throw new LostRace(accounts)
  return new Map([...known, ...rows.map(({ ref, id }): [string, bigint] => [ref, id])])
}

/** Two commits opened the same account: whoever loses begins again, once the accounts are there for both to lock. */
export class LostRace extends Error {
  readonly accounts: readonly Account[]

  constructor(accounts: readonly Account[]) {
    super('an account was opened by another')
    this.accounts = accounts
  }
}

/** Opens accounts with nothing in them, where they are missing; gives the rows of those it opened. */
export async function openEmpty(ctx: Context, accounts: readonly Account[]) {
  const balances = accounts.map(opened)
  const text = (pick: (account: Account) => string) => textArray(accounts.map(pick))
  const floors = textArray(accounts.map(({ name }) => CHART[name].floor?.toString() ?? null))
  return await ctx.db.sql<{ ref: string; id: bigint }[]>`
    insert into accounts (tenant_id, ref, owner, account, currency, normal_side, floor, checksum,
      posted_debits, posted_credits, pending_debits, pending_credits, version, changed_at)
    select ${ctx.tenant}, u.*, 0, 0, 0, 0, 0, ${ctx.now()}::timestamptz from unnest(
      ${text((it) => it.ref)}::text[], ${text((it) => it.owner)}::text[], ${text((it) => it.name)}::text[],
      ${text((it) => it.currency)}::text[], ${text((it) => CHART[it.name].normal)}::text[], ${floors}::bigint[],
      ${numberArray(balances.map(checksumOf))}::bigint[]
    ) as u order by 2 on conflict do nothing returning ref, id`
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
    select * from accounts
    where tenant_id = ${ctx.tenant} and ref > ${filter.after ?? ''}
      ${filter.owner === undefined ? sql`` : sql`and owner = ${filter.owner}`}
      ${filter.ref === undefined ? sql`` : sql`and ref = ${filter.ref}`}
    order by ref limit ${filter.limit}`
  return rows.map((row) => balanceOf(row))
}

/** Writes whether an account may be moved; quiet for accounts that do not exist. */
export async function saveStates(
  ctx: Context,
  refs: readonly string[],
  state: Balance['state'],
  reason: string | null,
): Promise<void> {
  await ctx.db.sql`
    update accounts set state = ${state}, state_reason = ${reason}
    where tenant_id = ${ctx.tenant} and ref = any(${[...refs]})`
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

export function balanceOf(row: AccountRow, account: Account = accountOf(row.ref)): Balance {
  return {
    account,
    postedDebits: row.posted_debits,
    postedCredits: row.posted_credits,
    pendingDebits: row.pending_debits,
    pendingCredits: row.pending_credits,
    version: row.version,
    state: row.state,
    changedAt: row.changed_at,
  }
}
