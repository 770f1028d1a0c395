import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import { type AccountFilter, chartTotals, listBalances } from './account.store.ts'
import { parseAccount } from './account.ts'
import type { Balance } from './balance.ts'
import { type Financials, financials } from './financials.ts'
import { type TrialBalance, trialBalances } from './trial-balance.ts'

/** Accounts in the order of their refs; they exist once they are posted to. */
export function listAccounts(ctx: Context, filter: AccountFilter): Promise<Balance[]> {
  return listBalances(ctx, filter)
}

/** One account. Refuses `request.not-found` before anything was posted to it. */
export async function readAccount(ctx: Context, ref: string): Promise<Balance> {
  const account = parseAccount(ref)
  const [balance] = account === null ? [] : await listBalances(ctx, { ref: account.ref, after: null, limit: 1 })
  return balance ?? refuse('request.not-found', { ref })
}

/** Debits and credits of every account of the chart, by currency. */
export async function readTrialBalances(ctx: Context): Promise<TrialBalance[]> {
  return trialBalances(await chartTotals(ctx))
}

/** Balance sheet and income statement, by currency. */
export async function readFinancials(ctx: Context): Promise<Financials[]> {
  return (await readTrialBalances(ctx)).map(financials)
}
