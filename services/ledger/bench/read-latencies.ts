import { addMs, DAY_MS, HOUR_MS } from '@draupnir/time'
import { account } from '../src/account/account.ts'
import { readTrialBalances } from '../src/account/read-accounts.ts'
import { readBalanceAt, readStatement } from '../src/account/read-statement.ts'
import { listTransactions } from '../src/transaction/read-transaction.ts'
import type { Market } from './books.ts'

/** How long the reads take over the journal as it is: the middle one of nine, in milliseconds. */
export async function readLatencies({ context, buyers }: Market): Promise<void> {
  const ctx = context()
  const [buyer] = buyers
  if (buyer === undefined) throw new Error('the market has parties')
  const { ref } = account.committed(buyer, 'USD')
  const now = ctx.now()
  const page = { before: null, limit: 50 }
  const reads: Record<string, () => Promise<unknown>> = {
    balance: () => readBalanceAt(ctx, ref, { effectiveAt: null, recordedAt: null }),
    'balance as of': () => readBalanceAt(ctx, ref, { effectiveAt: addMs(now, -HOUR_MS), recordedAt: now }),
    statement: () => readStatement(ctx, ref, { from: addMs(now, -DAY_MS), to: now, after: null, limit: 50 }),
    'by account': () => listTransactions(ctx, { ...page, account: ref }),
    'by party': () => listTransactions(ctx, { ...page, party: buyer }),
    'by cause': () => listTransactions(ctx, { ...page, cause: 'history-77' }),
    'by reference': () => listTransactions(ctx, { ...page, reference: 'none' }),
    newest: () => listTransactions(ctx, page),
    'trial balance': () => readTrialBalances(ctx),
  }
  const told: string[] = []
  for (const [name, read] of Object.entries(reads)) told.push(`${name} ${await middle(read)}`)
  console.log(`reads in ms: ${told.join(', ')}`)
}

async function middle(read: () => Promise<unknown>): Promise<string> {
  const taken: number[] = []
  for (let n = 0; n < 9; n += 1) {
    const began = performance.now()
    await read()
    taken.push(performance.now() - began)
  }
  return (taken.sort((a, b) => a - b)[4] ?? 0).toFixed(1)
}
