import { handle } from '@draupnir/outbox'
import { PayInSubmitted } from '@draupnir/wire'
import { payInClear } from '../recipe/pay-in-clear.recipe.ts'
import { postTransaction } from '../transaction/post-transaction.ts'

export const onPayInSubmitted = handle(PayInSubmitted, (ctx, event) => {
  const { id, party_id, rail, amount, created_at } = event.data.pay_in
  return postTransaction(ctx, {
    recipe: payInClear,
    input: { party_id, rail, amount },
    state: 'pending',
    cause: event.id,
    reference: id,
    effectiveAt: created_at,
  })
})
