import { type Context, transact } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { compare, fromWire, type WireMoney } from '@draupnir/money'
import { lockInvoice } from '../invoice/invoice.store.ts'
import { openAmount } from '../invoice/invoice.ts'
import type { CollectionRow } from './collection.store.ts'
import { requestCollection } from './request-collection.ts'

export interface CollectInvoice {
  readonly invoiceId: Id<'invoice'>
  /** All that is open when left out. */
  readonly amount?: WireMoney | undefined
}

/**
 * Has a part of an invoice, or all that is open, collected from the buyer's wallet now. Refuses `billing.invoice-not-open`,
 * `billing.collection-under-way` and `billing.amount-exceeds-open`.
 */
export function collectInvoice(outer: Context, { invoiceId, amount }: CollectInvoice): Promise<CollectionRow> {
  return transact(outer, async (ctx) => {
    const invoice = await lockInvoice(ctx, invoiceId)
    if (invoice === null) refuse('request.not-found', { invoice_id: invoiceId })
    if (invoice.state === 'paid') refuse('billing.invoice-not-open', { invoice_id: invoiceId, state: invoice.state })
    const open = openAmount(invoice)
    const part = amount === undefined ? open : fromWire(amount)
    if (compare(part, open) > 0) {
      refuse('billing.amount-exceeds-open', { amount: part.amount.toString(), open: open.amount.toString() })
    }
    const requested = await requestCollection(ctx, invoice, part)
    return requested ?? refuse('billing.collection-under-way', { invoice_id: invoiceId })
  })
}
