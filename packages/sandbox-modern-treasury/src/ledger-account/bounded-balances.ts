import type ModernTreasury from 'modern-treasury'
import { invalid, notImplemented } from '../api/errors.ts'
import { isMembers, type Query } from '../api/query.ts'
import type { Unit } from '../api/unit.ts'
import type { LedgerTotals } from '../store/bodies.ts'
import type { Resource } from '../store/resource.ts'
import { balancesOf } from './balances.ts'

const BOUNDS = ['effective_at', 'as_of_date', 'effective_at_lower_bound', 'effective_at_upper_bound']

/** The account with the balances asked for: from the lower bound on, before the upper one; `effective_at` counts with. */
export async function withBalances(
  unit: Unit,
  { body, extra }: Resource<'ledger_account'>,
  query: Query,
): Promise<ModernTreasury.LedgerAccount> {
  const asked = query.get('balances')
  if (asked === undefined) return body
  if (!isMembers(asked)) return invalid('balances', 'balances is written balances[effective_at]')
  for (const [name, value] of Object.entries(asked)) {
    if (!BOUNDS.includes(name)) notImplemented(`balances[${name}]`)
    if (Number.isNaN(Date.parse(value))) invalid('balances', `balances[${name}] is not a date or time`)
  }
  const totals = await totalsBetween(unit, body.id, asked)
  const balances = balancesOf(totals, body.normal_balance, extra)
  return {
    ...body,
    balances: {
      ...balances,
      effective_at_lower_bound: asked.effective_at_lower_bound ?? null,
      effective_at_upper_bound: asked.effective_at_upper_bound ?? asked.effective_at ?? null,
    },
  }
}

async function totalsBetween(
  unit: Unit,
  accountId: string,
  asked: Readonly<Record<string, string>>,
): Promise<LedgerTotals> {
  const { sql } = unit
  const {
    effective_at_lower_bound: lower,
    effective_at_upper_bound: upper,
    effective_at: until,
    as_of_date: day,
  } = asked
  const at = sql`(extra ->> 'effectiveAt')::timestamptz`
  const rows = await sql<{ status: 'pending' | 'posted'; direction: 'credit' | 'debit'; amount: string }[]>`
    select body ->> 'status' as status, body ->> 'direction' as direction, sum((body ->> 'amount')::numeric) as amount
    from resource where kind = 'ledger_entry' and discarded_at is null
      and body @> ${sql.json({ ledger_account_id: accountId })} and body ->> 'status' <> 'archived'
      ${lower === undefined ? sql`` : sql`and ${at} >= ${lower}::text::timestamptz`}
      ${upper === undefined ? sql`` : sql`and ${at} < ${upper}::text::timestamptz`}
      ${until === undefined ? sql`` : sql`and ${at} <= ${until}::text::timestamptz`}
      ${day === undefined ? sql`` : sql`and ${at} < ${day}::text::date + 1`}
    group by 1, 2`
  const of = (status: string, direction: string) =>
    Number(rows.find((row) => row.status === status && row.direction === direction)?.amount ?? 0)
  return {
    pendingCredits: of('pending', 'credit'),
    pendingDebits: of('pending', 'debit'),
    postedCredits: of('posted', 'credit'),
    postedDebits: of('posted', 'debit'),
  }
}
