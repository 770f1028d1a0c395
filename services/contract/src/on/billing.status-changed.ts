import { handle } from '@draupnir/outbox'
import { BillingStatusChanged } from '@draupnir/wire'
import { rememberBillingStatus } from '../status/remember-billing-status.ts'

export const onBillingStatusChanged = handle(BillingStatusChanged, (ctx, event) =>
  rememberBillingStatus(ctx, event.data.contract_id, event.data.to, event.data.at),
)
