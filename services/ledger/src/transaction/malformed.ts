import type { RefusalCode, RefusalContext } from '@draupnir/errors'
import type { Account } from '../account/account.ts'
import { ownersOfPair } from '../account/chart.ts'
import type { Books, Refused } from './reduce.ts'
import type { Draft, Posting } from './transaction.ts'

export const MAX_POSTINGS = 1_000

/** Why a draft can be booked in no books whatever they hold, or into no open period; null when nothing is wrong. */
export function malformed(draft: Draft, { at, closedThrough }: Pick<Books, 'at' | 'closedThrough'>): Refused | null {
  const { postings, effectiveAt, expiresAt } = draft
  if (closedThrough !== null && (effectiveAt ?? at) <= closedThrough) {
    return refused('ledger.period-closed', { effective_at: effectiveAt ?? at, closed_through: closedThrough })
  }
  if (expiresAt !== null && (draft.state !== 'pending' || expiresAt <= at)) {
    return refused('ledger.expiry-invalid', { expires_at: expiresAt })
  }
  if (postings.length === 0 || postings.length > MAX_POSTINGS) {
    return refused('ledger.postings-invalid', { postings: postings.length, max: MAX_POSTINGS })
  }
  for (const posting of postings) {
    const problem = malformedPosting(posting, draft.undoes !== null)
    if (problem !== null) return problem
  }
  return null
}

function malformedPosting({ debit, credit, amount }: Posting, undoing: boolean): Refused | null {
  if (amount.amount <= 0n) return refused('ledger.amount-not-positive', { amount: amount.amount.toString() })
  if (debit.currency !== amount.currency || credit.currency !== amount.currency) {
    return refused('money.currency-mismatch', { debit: debit.ref, credit: credit.ref, amount: amount.currency })
  }
  const allowed = debit.ref !== credit.ref && (mayTouch(debit, credit) || (undoing && mayTouch(credit, debit)))
  return allowed ? null : refused('ledger.pair-not-allowed', { debit: debit.ref, credit: credit.ref })
}

function mayTouch(debit: Account, credit: Account): boolean {
  const owners = ownersOfPair(debit.name, credit.name)
  return owners === 'any' || (owners === 'same' && debit.owner === credit.owner)
}

function refused(code: RefusalCode, context: RefusalContext): Refused {
  return { type: 'refused', code, context }
}
