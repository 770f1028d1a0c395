import { type Context, transact } from '@draupnir/db'
import { fromWire } from '@draupnir/money'
import type { Instant } from '@draupnir/time'
import type { PayIn } from '@draupnir/wire'
import type { Rail } from '../account/account.ts'
import { payInClear } from '../recipe/pay-in-clear.recipe.ts'
import { settlePending } from '../transaction/resolve-pending.ts'
import { findLot, insertLot, lockFunding, lotsLeft, recoupFromLots } from '../wallet/funding.store.ts'
import { consume } from '../wallet/funding.ts'
import { recoup } from '../wallet/recoup.ts'

export interface ClearPayIn {
  readonly payIn: Pick<PayIn, 'id' | 'party_id' | 'amount'> & { readonly rail: Rail }
  readonly cause: string
  readonly clearedAt: Instant
}

/**
 * The bank credited a pay-in: its party may spend it, as one lot, less what it owes. Quiet when it has cleared before.
 * Refuses one that was never submitted.
 */
export function clearPayIn(ctx: Context, { payIn, cause, clearedAt }: ClearPayIn): Promise<void> {
  return transact(ctx, async (ctx) => {
    const { id: payInId, party_id: partyId, rail } = payIn
    await lockFunding(ctx, partyId)
    if ((await findLot(ctx, payInId)) !== null) return
    await settlePending(ctx, { recipe: payInClear, reference: payInId, cause })
    const credited = fromWire(payIn.amount)
    const { amount, currency } = credited
    await insertLot(ctx, { payInId, partyId, rail, amount, currency, remaining: amount, clearedAt })
    const kept = await recoup(ctx, { partyId, credited, cause, reference: payInId, effectiveAt: clearedAt })
    if (kept.amount > 0n) await recoupFromLots(ctx, consume(await lotsLeft(ctx, partyId, currency), kept.amount))
  })
}
