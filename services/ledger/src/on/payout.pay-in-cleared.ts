import { handle } from '@draupnir/outbox'
import { PayInCleared } from '@draupnir/wire'
import { payInClear } from '../recipe/pay-in-clear.recipe.ts'
import { settlePending } from '../transaction/resolve-pending.ts'

export const onPayInCleared = handle(PayInCleared, (ctx, event) =>
  settlePending(ctx, { recipe: payInClear, reference: event.data.pay_in.id, cause: event.id }),
)
