import { type Context, transact } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { emit } from '@draupnir/outbox'
import { InvoicePastDue } from '@draupnir/wire'
import { latestCollection } from '../collection/collection.store.ts'
import { isAwaited } from '../collection/collection.ts'
import { updateBillingStatus } from '../contract/update-billing-status.ts'
import { reportToOpenMeter } from '../openmeter/report.ts'
import { lockInvoice, updateInvoice } from './invoice.store.ts'
import { fallPastDue } from './invoice.ts'

/**
 * The due date has come: an unpaid invoice is past due, a paid one stays paid. An answer of the ledger under way is
 * waited for. OpenMeter never raises this itself.
 */
export function markPastDue(outer: Context, id: Id<'invoice'>): Promise<void> {
  return transact(outer, async (ctx) => {
    const invoice = await lockInvoice(ctx, id)
    const pastDue = invoice === null ? null : fallPastDue(invoice, ctx.now())
    if (pastDue === null || isAwaited(await latestCollection(ctx, id))) return
    await updateInvoice(ctx, pastDue)
    await emit(ctx, InvoicePastDue, { data: { invoice: pastDue } })
    await updateBillingStatus(ctx, pastDue.contract_id)
    await reportToOpenMeter(ctx, pastDue.openmeter_invoice_id)
  })
}
