import { cancel } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { emit } from '@draupnir/outbox'
import { InvoicePaid } from '@draupnir/wire'
import { answerCollection } from '../collection/collection.store.ts'
import { updateBillingStatus } from '../contract/update-billing-status.ts'
import { reportToOpenMeter } from '../openmeter/report.ts'
import { lockInvoice, updateInvoice } from './invoice.store.ts'
import { pay } from './invoice.ts'
import { INVOICE_DUE } from './invoice-due.ts'

/** The whole total was collected (or nothing was owed, when `collectionId` is null); settlement may begin. */
export function markPaid(outer: Context, id: Id<'invoice'>, collectionId: Id<'collection'> | null): Promise<void> {
  return transact(outer, async (ctx) => {
    const invoice = await lockInvoice(ctx, id)
    if (invoice === null) refuse('request.not-found', { invoice_id: id })
    if (collectionId !== null) await answerCollection(ctx, collectionId, { state: 'committed', refusal: null })
    if (invoice.state === 'paid') return
    const paid = pay(invoice, ctx.now())
    await updateInvoice(ctx, paid)
    await cancel(ctx, { kind: INVOICE_DUE, key: id })
    await emit(ctx, InvoicePaid, { data: { invoice: paid, collection_id: collectionId } })
    await updateBillingStatus(ctx, paid.contract_id)
    await reportToOpenMeter(ctx, paid.openmeter_invoice_id)
  })
}
