import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { BillingStatus } from '@draupnir/wire'
import { upsertStatus } from './status.store.ts'

export function rememberBillingStatus(ctx: Context, contractId: Id<'contract'>, status: BillingStatus): Promise<void> {
  return upsertStatus(ctx, contractId, { billingStatus: status })
}
