import { handle } from '@draupnir/outbox'
import { PayInFailed } from '@draupnir/wire'
import { payInClear } from '../recipe/pay-in-clear.recipe.ts'
import { voidPending } from '../transaction/resolve-pending.ts'

export const onPayInFailed = handle(PayInFailed, (ctx, event) =>
  voidPending(ctx, { recipe: payInClear, reference: event.data.pay_in.id, cause: event.id }),
)
