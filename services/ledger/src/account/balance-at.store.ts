import type { Context } from '@draupnir/db'
import type { Instant } from '@draupnir/time'
import { type AccountRow, balanceOf } from './account.store.ts'
import type { Account } from './account.ts'
import { type Balance, opened } from './balance.ts'

/** When a balance is asked for: what was effective by then, what was recorded by then; null is everything. */
export interface AsOf {
  readonly effectiveAt: Instant | null
  readonly recordedAt: Instant | null
}

type Turnover = Pick<AccountRow, 'posted_debits' | 'posted_credits' | 'pending_debits' | 'pending_credits'>

/** One account as of a time: a look-up of the last entry, corrected by what was recorded late. Null when unknown. */
export async function balanceAt(ctx: Context, account: Account, asOf: AsOf): Promise<Balance | null> {
  const { sql } = ctx.db
  const [row] = await sql<AccountRow[]>`
    select * from accounts where tenant_id = ${ctx.tenant} and ref = ${account.ref}`
  if (row === undefined) return null
  const { effectiveAt, recordedAt } = asOf
  if (effectiveAt === null && recordedAt === null) return balanceOf(row, account)
  const first = [effectiveAt, recordedAt].flatMap((it) => it ?? []).sort()[0] ?? ctx.now()
  const [last] = await sql<Turnover[]>`
    select posted_debits, posted_credits, pending_debits, pending_credits from entries
    where tenant_id = ${ctx.tenant} and account_id = ${row.id} and recorded_at <= ${first}
    order by recorded_at desc, version desc limit 1`
  const base = { ...opened(account), state: row.state, ...balanceFields(last) }
  return effectiveAt === null ? base : corrected(ctx, row.id, base, effectiveAt, recordedAt)
}

// An entry that is not late was recorded within a minute of being effective; the late ones have an index of their own.
async function corrected(
  ctx: Context,
  accountId: bigint,
  base: Balance,
  effectiveAt: Instant,
  recordedAt: Instant | null,
): Promise<Balance> {
  const until = recordedAt ?? 'infinity'
  const [late] = await ctx.db.sql<Turnover[]>`
    with moved as (
      select 1 as sign, movement, debit, credit from entries
      where tenant_id = ${ctx.tenant} and account_id = ${accountId} and not late and effective_at <= ${effectiveAt}
        and recorded_at > ${effectiveAt} and recorded_at <= ${effectiveAt}::timestamptz + interval '1 minute'
        and recorded_at <= ${until}::timestamptz
      union all
      select 1, movement, debit, credit from entries
      where tenant_id = ${ctx.tenant} and account_id = ${accountId} and late and effective_at <= ${effectiveAt}
        and recorded_at > ${effectiveAt} and recorded_at <= ${until}::timestamptz
      union all
      select -1, movement, debit, credit from entries
      where tenant_id = ${ctx.tenant} and account_id = ${accountId} and late and effective_at > ${effectiveAt}
        and recorded_at <= ${effectiveAt} and recorded_at <= ${until}::timestamptz)
    select
      coalesce(sum(sign * debit) filter (where movement in ('posted', 'settled')), 0)::bigint as posted_debits,
      coalesce(sum(sign * credit) filter (where movement in ('posted', 'settled')), 0)::bigint as posted_credits,
      coalesce(sum(sign * case movement when 'pending' then debit when 'posted' then 0 else -debit end), 0)::bigint
        as pending_debits,
      coalesce(sum(sign * case movement when 'pending' then credit when 'posted' then 0 else -credit end), 0)::bigint
        as pending_credits
    from moved`
  const change = balanceFields(late)
  return {
    ...base,
    postedDebits: base.postedDebits + change.postedDebits,
    postedCredits: base.postedCredits + change.postedCredits,
    pendingDebits: base.pendingDebits + change.pendingDebits,
    pendingCredits: base.pendingCredits + change.pendingCredits,
  }
}

function balanceFields(row: Turnover | undefined) {
  return {
    postedDebits: row?.posted_debits ?? 0n,
    postedCredits: row?.posted_credits ?? 0n,
    pendingDebits: row?.pending_debits ?? 0n,
    pendingCredits: row?.pending_credits ?? 0n,
  }
}

export interface StatementLine {
  readonly recorded_at: Instant
  readonly effective_at: Instant
  readonly version: bigint
  readonly transaction_id: string
  readonly recipe: string
  readonly reference: string | null
  readonly movement: string
  readonly debit: bigint
  readonly credit: bigint
  readonly posted_debits: bigint
  readonly posted_credits: bigint
  readonly pending_debits: bigint
  readonly pending_credits: bigint
}

export interface StatementFilter {
  readonly account: Account
  /** From this moment on, until before that one. */
  readonly from: Instant
  readonly to: Instant
  readonly after: readonly [recordedAt: Instant, version: string] | null
  readonly limit: number
}

/** What was recorded for an account in a period, oldest first. */
export async function statementLines(ctx: Context, filter: StatementFilter): Promise<StatementLine[]> {
  const { account, from, to, after, limit } = filter
  const [at, version] = after ?? [from, '0']
  return await ctx.db.sql<StatementLine[]>`
    select e.*, t.recipe, t.reference from (
      select * from entries
      where tenant_id = ${ctx.tenant} and recorded_at < ${to}
        and account_id = (select id from accounts where tenant_id = ${ctx.tenant} and ref = ${account.ref})
        and recorded_at >= ${at} and (recorded_at, version) > (${at}::timestamptz, ${version}::bigint)
      order by recorded_at, version limit ${limit}) e
    join transactions t on t.tenant_id = e.tenant_id and t.id = e.transaction_id
    order by e.recorded_at, e.version`
}
