import type { Context } from '@draupnir/db'
import { type Owner, ownersOf } from './payment-order.store.ts'

/** The pay-in or payout, of whichever tenant, that a payment order of the bank moves. */
export async function findOwner(ctx: Context, paymentOrderId: string): Promise<Owner | null> {
  const [owner] = await ownersOf(ctx.db, [paymentOrderId])
  return owner ?? null
}
