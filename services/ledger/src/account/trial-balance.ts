import type { ChartTotals } from './account.store.ts'
import { ACCOUNT_NAMES, type AccountName, CHART, type Side } from './chart.ts'

export interface TrialBalanceRow {
  readonly account: AccountName
  readonly normal_side: Side
  readonly debits: string
  readonly credits: string
  /** Positive on the normal side. */
  readonly balance: string
  /** How many accounts of this name there are. */
  readonly accounts: number
}

export interface TrialBalance {
  readonly currency: string
  readonly debits: string
  readonly credits: string
  /** Debits less credits: always zero. */
  readonly difference: string
  readonly rows: TrialBalanceRow[]
}

/** One trial balance for each currency, in the order of the chart. */
export function trialBalances(totals: readonly ChartTotals[]): TrialBalance[] {
  return [...Map.groupBy(totals, (total) => total.currency)].map(([currency, rows]) => {
    const debits = rows.reduce((sum, row) => sum + BigInt(row.debits), 0n)
    const credits = rows.reduce((sum, row) => sum + BigInt(row.credits), 0n)
    return {
      currency,
      debits: debits.toString(),
      credits: credits.toString(),
      difference: (debits - credits).toString(),
      rows: ACCOUNT_NAMES.flatMap((name) => rows.filter((row) => row.account === name).map((row) => rowOf(name, row))),
    }
  })
}

function rowOf(account: AccountName, { debits, credits, accounts }: ChartTotals): TrialBalanceRow {
  const { normal } = CHART[account]
  const net = BigInt(credits) - BigInt(debits)
  const balance = normal === 'credit' ? net : -net
  return { account, normal_side: normal, debits, credits, balance: balance.toString(), accounts }
}
