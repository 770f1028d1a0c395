import { assert } from '@draupnir/errors'
import type ModernTreasury from 'modern-treasury'
import type { LedgerTotals } from '../store/bodies.ts'

type LedgerBalances = ModernTreasury.LedgerAccount.Balances
type Direction = 'credit' | 'debit'

export const NO_TOTALS: LedgerTotals = { pendingCredits: 0, pendingDebits: 0, postedCredits: 0, postedDebits: 0 }

export interface Denomination {
  readonly currency: string
  readonly exponent: number
}

/**
 * The three balances. Pending counts posted entries too; available is the careful one: what is posted coming in,
 * less everything going out.
 */
export function balancesOf(totals: LedgerTotals, normal: Direction, unit: Denomination): LedgerBalances {
  const credits = totals.pendingCredits + totals.postedCredits
  const debits = totals.pendingDebits + totals.postedDebits
  const balance = (credit: number, debit: number) => {
    assert(Number.isSafeInteger(credit) && Number.isSafeInteger(debit), 'a ledger balance outgrew JSON integers')
    const amount = normal === 'credit' ? credit - debit : debit - credit
    return { credits: credit, debits: debit, amount, currency: unit.currency, currency_exponent: unit.exponent }
  }
  return {
    effective_at_lower_bound: null,
    effective_at_upper_bound: null,
    pending_balance: balance(credits, debits),
    posted_balance: balance(totals.postedCredits, totals.postedDebits),
    available_balance:
      normal === 'credit' ? balance(totals.postedCredits, debits) : balance(credits, totals.postedDebits),
  }
}

/** The totals with one entry added (`sign` 1) or taken away (-1). */
export function withEntry(
  totals: LedgerTotals,
  entry: { direction: Direction; amount: number; status: 'pending' | 'posted' },
  sign: 1 | -1,
): LedgerTotals {
  const side = entry.direction === 'credit' ? 'Credits' : 'Debits'
  const field = `${entry.status}${side}` as const
  return { ...totals, [field]: totals[field] + sign * entry.amount }
}
