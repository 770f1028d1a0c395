import { type Context, transact } from '@draupnir/db'
import type { Instant } from '@draupnir/time'
import type { Payout } from '@draupnir/wire'
import { payoutReserve, payoutReturn, payoutSettle } from '../recipe/payout.recipes.ts'
import { postTransaction } from '../transaction/post-transaction.ts'
import { findByReference } from '../transaction/transaction.store.ts'
import type { Transaction } from '../transaction/transaction.ts'

export interface ReturnPayout {
  readonly payout: Payout
  readonly cause: string
  readonly effectiveAt: Instant
}

/** Gives the funds of a failed payout back to its party; quiet for a payout that never reserved any. */
export function returnPayout(ctx: Context, { payout, cause, effectiveAt }: ReturnPayout): Promise<Transaction | null> {
  return transact(ctx, async (ctx) => {
    const { id, party_id, rail, amount } = payout
    if ((await findByReference(ctx, payoutReserve.code, id)) === null) return null
    const settled = (await findByReference(ctx, payoutSettle.code, id)) !== null
    return postTransaction(ctx, {
      recipe: payoutReturn,
      input: { party_id, rail, amount, settled },
      cause,
      reference: id,
      effectiveAt,
    })
  })
}
