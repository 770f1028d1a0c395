import { schedule } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import { isId } from '@draupnir/ids'
import { emit } from '@draupnir/outbox'
import { type Invoice, InvoiceIssued } from '@draupnir/wire'
import { requestCollection } from '../collection/request-collection.ts'
import { lockContract } from '../contract/contract.store.ts'
import { updateBillingStatus } from '../contract/update-billing-status.ts'
import { findByOpenMeterId, insertInvoice, nextInvoiceNumber } from './invoice.store.ts'
import { type BillingTerms, draftInvoice, isOwed } from './invoice.ts'
import { INVOICE_DUE } from './invoice-due.ts'
import { type Portion, portionsOf } from './portions.ts'
import type { RatedInvoice } from './rated-invoice.ts'
import { recordNothingOwed } from './record-payment.ts'

/**
 * Makes the legal invoices of what OpenMeter has rated, once: one for each buyer of its period. None while it is still
 * rating.
 */
export function issueInvoice(outer: Context, rated: RatedInvoice): Promise<readonly Invoice[]> {
  return transact(outer, async (ctx) => {
    if (!isOwed(rated)) return []
    const id = rated.customerKey
    // The contract's row is the lock: two deliveries of one OpenMeter invoice wait for each other here.
    const known = isId('contract', id) ? await lockContract(ctx, id) : null
    if (known === null)
      refuse('billing.contract-unknown', { openmeter_invoice_id: rated.id, customer_key: rated.customerKey })
    const before = await findByOpenMeterId(ctx, rated.id)
    if (before.length > 0) return before
    const invoices: Invoice[] = []
    for (const portion of portionsOf(rated, known)) invoices.push(await issue(ctx, rated, portion, known))
    for (const invoice of invoices) await startCollecting(ctx, invoice)
    return invoices
  })
}

async function issue(ctx: Context, rated: RatedInvoice, portion: Portion, terms: BillingTerms): Promise<Invoice> {
  const number = await nextInvoiceNumber(ctx)
  const invoice = draftInvoice(rated, portion, terms, { id: ctx.newId('invoice'), number, now: ctx.now() })
  await insertInvoice(ctx, invoice, rated.total.amount)
  await emit(ctx, InvoiceIssued, { data: { invoice } })
  return invoice
}

async function startCollecting(ctx: Context, invoice: Invoice): Promise<void> {
  if (BigInt(invoice.total.amount) === 0n) return recordNothingOwed(ctx, invoice.id)
  await schedule(ctx, { kind: INVOICE_DUE, key: invoice.id, dueAt: invoice.due_at, data: { invoice_id: invoice.id } })
  await updateBillingStatus(ctx, invoice.contract_id)
  await requestCollection(ctx, invoice)
}
