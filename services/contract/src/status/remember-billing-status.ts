import { type Context, transact } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { BillingStatus } from '@draupnir/wire'
import { BILLING_STATUS, requireMove } from './machines.ts'
import { noteTransition } from './note-transition.ts'
import { lockStatuses, upsertStatus } from './status.store.ts'

/** Takes over what billing says. Refuses `contract.status-transition-illegal`. */
export function rememberBillingStatus(
  outer: Context,
  contractId: Id<'contract'>,
  to: BillingStatus,
  at: Instant,
): Promise<void> {
  return transact(outer, async (ctx) => {
    const { billingStatus: from } = await lockStatuses(ctx, contractId)
    if (from === to) return
    requireMove('billing_status', BILLING_STATUS, from, to)
    await upsertStatus(ctx, contractId, { billingStatus: to })
    await noteTransition(ctx, contractId, { machine: 'billing_status', from, to, at })
  })
}
