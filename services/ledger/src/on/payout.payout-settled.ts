import { handle } from '@draupnir/outbox'
import { PayoutSettled } from '@draupnir/wire'
import { payoutSettle } from '../recipe/payout.recipes.ts'
import { postTransaction } from '../transaction/post-transaction.ts'

export const onPayoutSettled = handle(PayoutSettled, (ctx, event) => {
  const { id, party_id, rail, amount, settled_at } = event.data.payout
  return postTransaction(ctx, {
    recipe: payoutSettle,
    input: { party_id, rail, amount },
    cause: event.id,
    reference: id,
    effectiveAt: settled_at ?? event.time,
  })
})
