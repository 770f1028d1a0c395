import { Defect } from '@draupnir/errors'
import { type Balance, isWithinFloor } from '../account/balance.ts'
import type { Transaction } from './transaction.ts'

/**
 * The invariants of one batch, from its two ends: what changed sums to nothing in every currency, and to what was
 * accepted; no account is below its floor. A `Defect` rolls the batch back.
 */
export function checkBatch(before: readonly Balance[], changed: readonly Balance[], accepted: readonly Transaction[]) {
  const net = new Map<string, bigint>()
  const was = new Map(before.map((balance) => [balance.account.ref, balance]))
  let turnover = 0n
  for (const balance of changed) {
    const { ref, currency } = balance.account
    const old = was.get(ref)
    const debits = turned(balance, 'debit') - (old === undefined ? 0n : turned(old, 'debit'))
    const credits = turned(balance, 'credit') - (old === undefined ? 0n : turned(old, 'credit'))
    net.set(currency, (net.get(currency) ?? 0n) + debits - credits)
    turnover += debits
    if (!isWithinFloor(balance)) throw new Defect(`${ref} would be below its floor`)
  }
  for (const [currency, sum] of net) if (sum !== 0n) throw new Defect(`the batch is off by ${sum} ${currency}`)
  const told = accepted.reduce((sum, transaction) => sum + turnoverOf(transaction), 0n)
  if (told !== turnover) throw new Defect(`the batch moved ${turnover}, its transactions tell ${told}`)
}

function turned(balance: Balance, side: 'debit' | 'credit'): bigint {
  return side === 'debit'
    ? balance.postedDebits + balance.pendingDebits
    : balance.postedCredits + balance.pendingCredits
}

// A settled transaction moves from pending to posted: nothing on the whole.
function turnoverOf({ state, resolvedAt, postings }: Transaction): bigint {
  if (resolvedAt !== null && state === 'posted') return 0n
  const sum = postings.reduce((sum, posting) => sum + posting.amount.amount, 0n)
  return state === 'voided' ? -sum : sum
}
