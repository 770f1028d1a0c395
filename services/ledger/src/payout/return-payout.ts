import { type Context, transact } from '@draupnir/db'
import { fromWire } from '@draupnir/money'
import type { Instant } from '@draupnir/time'
import type { Payout } from '@draupnir/wire'
import { failCashOut } from '../cash-out/follow-payout.ts'
import { payoutReserve, payoutReturn, payoutSettle } from '../recipe/payout.recipes.ts'
import { recoupEarnings } from '../settlement/earnings.ts'
import { postTransaction } from '../transaction/post-transaction.ts'
import { findByReference } from '../transaction/transaction.store.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { recoup } from '../wallet/recoup.ts'

export interface ReturnPayout {
  readonly payout: Payout
  readonly cause: string
  readonly effectiveAt: Instant
}

/** Gives the funds of a failed payout back to its party, less what it owes, and ends its cash-out; books nothing for one that reserved none. */
export function returnPayout(ctx: Context, { payout, cause, effectiveAt }: ReturnPayout): Promise<Transaction | null> {
  return transact(ctx, async (ctx) => {
    const { id, party_id, rail, amount, failure } = payout
    const reserved = (await findByReference(ctx, payoutReserve.code, id)) !== null
    const settled = (await findByReference(ctx, payoutSettle.code, id)) !== null
    const input = { party_id, rail, amount, settled }
    const returned = reserved
      ? await postTransaction(ctx, { recipe: payoutReturn, input, cause, reference: id, effectiveAt })
      : null
    await failCashOut(ctx, payout, failure ?? 'failed')
    if (returned !== null) {
      const credit = { partyId: party_id, credited: fromWire(amount), cause, reference: id, effectiveAt }
      await recoupEarnings(ctx, party_id, await recoup(ctx, credit))
    }
    return returned
  })
}
