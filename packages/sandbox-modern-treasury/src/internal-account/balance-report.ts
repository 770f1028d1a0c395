import { notFound } from '../api/errors.ts'
import { ok, type Route } from '../api/route.ts'
import { base, type Unit } from '../api/unit.ts'
import { bankDate } from '../calendar/banking-day.ts'
import { load } from '../store/resource.ts'

const BALANCE_TYPES = ['current_ledger', 'current_available'] as const

/** What the bank says is in the account: the sum of its posted transactions. */
async function latestReport(unit: Unit, accountId: string) {
  const { body: account } = await load(unit, 'internal_account', accountId)
  const [sum] = await unit.sql<{ amount: string }[]>`
    select coalesce(sum((body ->> 'amount')::numeric * case body ->> 'direction' when 'credit' then 1 else -1 end), 0) as amount
    from resource where kind = 'transaction' and discarded_at is null
      and body @> ${unit.sql.json({ internal_account_id: account.id, posted: true })}`
  const date = bankDate(unit.now)
  return {
    ...base(unit, 'balance_report'),
    balance_report_type: 'real_time',
    as_of_date: date,
    as_of_time: null,
    internal_account_id: account.id,
    balances: BALANCE_TYPES.map((balance_type) => ({
      ...base(unit, 'balance'),
      amount: Number(sum?.amount ?? 0),
      currency: account.currency,
      balance_type,
      vendor_code: balance_type === 'current_ledger' ? '015' : '045',
      vendor_code_type: 'bai2',
      as_of_date: date,
      as_of_time: null,
      value_date: null,
    })),
  }
}

export const balanceReportRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/api/internal_accounts/:internal_account_id/balance_reports/:id',
    handle: async (unit, { params }) =>
      params.id === 'latest'
        ? ok(await latestReport(unit, params.internal_account_id ?? ''))
        : notFound('balance_report'),
  },
]
