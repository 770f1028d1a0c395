import { type Context, transact } from '@draupnir/db'
import { fromWire } from '@draupnir/money'
import type { Instant } from '@draupnir/time'
import type { PayIn } from '@draupnir/wire'
import type { Rail } from '../account/account.ts'
import { payInClear } from '../recipe/pay-in-clear.recipe.ts'
import { settlePending } from '../transaction/resolve-pending.ts'
import { insertLot, lockFunding } from './funding.store.ts'

export interface ClearPayIn {
  readonly payIn: Pick<PayIn, 'id' | 'party_id' | 'amount'> & { readonly rail: Rail }
  readonly cause: string
  readonly clearedAt: Instant
}

/** The bank credited a pay-in: its party may spend it, as one lot. Refuses one that was never submitted. */
export function clearPayIn(ctx: Context, { payIn, cause, clearedAt }: ClearPayIn): Promise<void> {
  return transact(ctx, async (ctx) => {
    await lockFunding(ctx, payIn.party_id)
    await settlePending(ctx, { recipe: payInClear, reference: payIn.id, cause })
    const { amount, currency } = fromWire(payIn.amount)
    await insertLot(ctx, {
      payInId: payIn.id,
      partyId: payIn.party_id,
      rail: payIn.rail,
      amount,
      currency,
      remaining: amount,
      clearedAt,
    })
  })
}
