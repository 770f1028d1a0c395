import { type AccountRule, CHART } from './chart.ts'
import type { TrialBalance } from './trial-balance.ts'

export interface Section {
  readonly total: string
  /** Minor units by account of the chart, positive on its normal side. */
  readonly accounts: Record<string, string>
}

export interface Financials {
  readonly currency: string
  readonly assets: Section
  readonly liabilities: Section
  readonly revenue: Section
  readonly expenses: Section
  readonly income: string
  readonly difference: string
}

/** Balance sheet and income statement of one currency, out of its trial balance. */
export function financials({ currency, rows }: TrialBalance): Financials {
  const section = (of: AccountRule['class']) => {
    const own = rows.filter((row) => CHART[row.account].class === of)
    const sum = own.reduce((total, row) => total + BigInt(row.balance), 0n)
    return {
      sum,
      shown: { total: `${sum}`, accounts: Object.fromEntries(own.map((row) => [row.account, row.balance])) },
    }
  }
  const [assets, liabilities, revenue, expenses] = [
    section('asset'),
    section('liability'),
    section('revenue'),
    section('expense'),
  ]
  const income = revenue.sum - expenses.sum
  return {
    currency,
    assets: assets.shown,
    liabilities: liabilities.shown,
    revenue: revenue.shown,
    expenses: expenses.shown,
    income: `${income}`,
    difference: `${assets.sum - liabilities.sum - income}`,
  }
}
