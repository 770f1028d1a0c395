import { cancel } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { type Money, money, toWire } from '@draupnir/money'
import { emit } from '@draupnir/outbox'
import { type Invoice, InvoicePaid, InvoicePartiallyPaid } from '@draupnir/wire'
import { answerCollection, type CollectionRow, noteFunds } from '../collection/collection.store.ts'
import { requestCollection } from '../collection/request-collection.ts'
import { updateBillingStatus } from '../contract/update-billing-status.ts'
import { reportToOpenMeter } from '../openmeter/report.ts'
import { lockInvoice, updateInvoice } from './invoice.store.ts'
import { openAmount, pay } from './invoice.ts'
import { INVOICE_DUE } from './invoice-due.ts'

/**
 * What a collection asked for was committed: the invoice is paid, or a part of it is; either may be settled. Quiet when it
 * was recorded before.
 */
export function recordPayment(outer: Context, id: Id<'invoice'>, collectionId: Id<'collection'>): Promise<void> {
  return transact(outer, async (ctx) => {
    const invoice = await requireInvoice(ctx, id)
    const answered = await answerCollection(ctx, collectionId, { state: 'committed', refusal: null })
    if (answered === null) return
    const { amount, currency } = answered
    const after = await collected(ctx, invoice, money(amount, currency), collectionId)
    if (after.state !== 'paid') await collectRest(ctx, after, answered)
  })
}

/** Nothing is owed: the invoice is paid as it is issued. */
export function recordNothingOwed(outer: Context, id: Id<'invoice'>): Promise<void> {
  return transact(outer, async (ctx) => {
    const invoice = await requireInvoice(ctx, id)
    await collected(ctx, invoice, openAmount(invoice), null)
  })
}

async function requireInvoice(ctx: Context, id: Id<'invoice'>): Promise<Invoice> {
  return (await lockInvoice(ctx, id)) ?? refuse('request.not-found', { invoice_id: id })
}

async function collected(
  ctx: Context,
  before: Invoice,
  amount: Money,
  collection_id: Id<'collection'> | null,
): Promise<Invoice> {
  const invoice = pay(before, amount, ctx.now())
  await updateInvoice(ctx, invoice)
  if (invoice.state === 'paid') {
    await cancel(ctx, { kind: INVOICE_DUE, key: invoice.id })
    await emit(ctx, InvoicePaid, { data: { invoice, collection_id } })
  } else if (collection_id !== null) {
    await emit(ctx, InvoicePartiallyPaid, { data: { invoice, collection_id, amount: toWire(amount) } })
  }
  await updateBillingStatus(ctx, invoice.contract_id)
  await reportToOpenMeter(ctx, invoice.openmeter_invoice_id)
  return invoice
}

// Money that came in while a part was being collected may cover the rest.
async function collectRest(ctx: Context, invoice: Invoice, answered: CollectionRow): Promise<void> {
  if (!answered.fundsCame) return
  await noteFunds(ctx, answered.id, false)
  await requestCollection(ctx, invoice)
}
