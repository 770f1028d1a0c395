import { schedule } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { fromWire, type WireMoney } from '@draupnir/money'
import { emit } from '@draupnir/outbox'
import { InvoiceReopened } from '@draupnir/wire'
import { reverseCollection } from '../collection/collection.store.ts'
import { requestCollection } from '../collection/request-collection.ts'
import { updateBillingStatus } from '../contract/update-billing-status.ts'
import { reportToOpenMeter } from '../openmeter/report.ts'
import { lockInvoice, updateInvoice } from './invoice.store.ts'
import { reopen } from './invoice.ts'
import { INVOICE_DUE } from './invoice-due.ts'

export interface ReversePayment {
  readonly invoiceId: Id<'invoice'>
  readonly collectionId: Id<'collection'>
  readonly amount: WireMoney
  readonly reason: string
}

/**
 * What was collected, or a part of it, was taken back: the buyer owes it again and is asked for it at once. By its date it
 * is past due as soon as the ledger has said no.
 */
export function reversePayment(outer: Context, input: ReversePayment): Promise<void> {
  return transact(outer, async (ctx) => {
    const { invoiceId, collectionId, amount, reason } = input
    const before = await lockInvoice(ctx, invoiceId)
    if (before === null) refuse('request.not-found', { invoice_id: invoiceId })
    const back = fromWire(amount)
    await reverseCollection(ctx, collectionId, back.amount)
    const invoice = reopen(before, back)
    await updateInvoice(ctx, invoice)
    if (invoice.due_at > ctx.now()) {
      await schedule(ctx, { kind: INVOICE_DUE, key: invoiceId, dueAt: invoice.due_at, data: { invoice_id: invoiceId } })
    }
    await emit(ctx, InvoiceReopened, { data: { invoice, collection_id: collectionId, amount, reason } })
    await updateBillingStatus(ctx, invoice.contract_id)
    await reportToOpenMeter(ctx, invoice.openmeter_invoice_id)
    await requestCollection(ctx, invoice)
  })
}
