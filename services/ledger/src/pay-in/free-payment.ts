import type { Context } from '@draupnir/db'
import { money, toWire } from '@draupnir/money'
import { emit } from '@draupnir/outbox'
import { CollectionReversed } from '@draupnir/wire'
import { fundsUncommit } from '../recipe/funds.recipes.ts'
import { postTransaction } from '../transaction/post-transaction.ts'
import type { Lot } from '../wallet/funding.store.ts'
import type { Freed } from './payer.ts'
import type { ReturnPayIn } from './return-pay-in.ts'

/** Frees what the bank did not take of a committed payment, and says that the payment is no more. */
export async function freeRest(
  ctx: Context,
  { partyId, payInId, currency }: Lot,
  freed: Freed,
  why: ReturnPayIn,
): Promise<void> {
  const { collectionId, invoiceId, amount, taken } = freed
  if (amount > taken) {
    await postTransaction(ctx, {
      recipe: fundsUncommit,
      input: { buyer_id: partyId, amount: toWire(money(amount - taken, currency)) },
      cause: `${why.cause}#${collectionId}`,
      reference: collectionId,
      effectiveAt: why.returnedAt,
    })
  }
  await emit(ctx, CollectionReversed, {
    data: {
      collection_id: collectionId,
      invoice_id: invoiceId,
      buyer_id: partyId,
      amount: toWire(money(amount, currency)),
      reason: why.reasonCode,
      pay_in_id: payInId,
    },
  })
}
