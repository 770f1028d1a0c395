import { type Context, transact } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { emit } from '@draupnir/outbox'
import { BillingStatusChanged } from '@draupnir/wire'
import { countInvoices } from '../invoice/invoice.store.ts'
import { billingStatusOf } from './billing-status.ts'
import { lockContract, saveBillingStatus } from './contract.store.ts'

/** Derives a contract's billing status from its invoices and says so when it changed. */
export function updateBillingStatus(outer: Context, contractId: Id<'contract'>): Promise<void> {
  return transact(outer, async (ctx) => {
    const known = await lockContract(ctx, contractId)
    if (known === null) return
    const endsAt = known.contract.ends_at
    const counts = await countInvoices(ctx, contractId)
    const to = billingStatusOf({ ...counts, ended: endsAt !== null && endsAt <= ctx.now() })
    if (to === known.billingStatus) return
    await saveBillingStatus(ctx, contractId, to)
    await emit(ctx, BillingStatusChanged, {
      data: { contract_id: contractId, from: known.billingStatus, to, at: ctx.now() },
    })
  })
}
