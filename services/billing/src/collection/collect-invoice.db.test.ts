import { emitted, expectRejection, nextId, testContext } from '@draupnir/testing'
import { CollectionRequested, InvoicePaid, InvoicePartiallyPaid } from '@draupnir/wire'
import { beforeEach, expect, it } from 'vitest'
import { markPastDue } from '../invoice/mark-past-due.ts'
import { readInvoice } from '../invoice/read-invoice.ts'
import { recordPayment } from '../invoice/record-payment.ts'
import { billingService, days, T0, usd } from '../service.fixture.ts'
import { verify } from '../verify/verify.ts'
import { collectInvoice } from './collect-invoice.ts'
import { refuseCollection } from './refuse-collection.ts'
import { retryCollections } from './retry-collections.ts'

const { db, clock, ctx, owed, pays, statusOf } = await billingService()
beforeEach(() => clock.set(T0))

type Invoice = Awaited<ReturnType<typeof owed>>

/** An invoice of 1000 whose first attempt the ledger refused. */
async function refused() {
  const invoice = await owed(1000)
  await refuse(invoice)
  return invoice
}

async function refuse(invoice: Invoice) {
  const { id: collection_id, amount } = (await readInvoice(ctx, invoice.id)).collections.at(-1) ?? {
    id: nextId('collection'),
    amount: usd(0),
  }
  const { id: invoice_id, buyer_id } = invoice
  const code = 'ledger.balance-insufficient'
  await refuseCollection(ctx, { collection_id, invoice_id, buyer_id, amount, available: usd(300), code })
}

const asked = async ({ id }: Invoice) =>
  (await emitted(db, CollectionRequested)).filter((it) => it.aggregateId === id).map(({ data }) => data.collection)

it('asks for a part, which is paid and the rest still owed, and then for the rest', async () => {
  const invoice = await refused()
  const { id } = await collectInvoice(ctx, { invoiceId: invoice.id, amount: usd(300) })
  expect(await asked(invoice)).toMatchObject([
    { amount: usd(1000), attempt: 1 },
    { id, amount: usd(300), attempt: 2 },
  ])
  await recordPayment(ctx, invoice.id, id)
  await recordPayment(ctx, invoice.id, id)
  const part = { state: 'partially_paid', amount_paid: usd(300), paid_at: null }
  expect(await readInvoice(ctx, invoice.id)).toMatchObject(part)
  const told = (await emitted(db, InvoicePartiallyPaid)).filter((it) => it.aggregateId === invoice.id)
  expect(told).toMatchObject([{ data: { collection_id: id, amount: usd(300), invoice: part } }])
  expect(await statusOf(invoice.contract_id)).toBe('due')

  const rest = await collectInvoice(ctx, { invoiceId: invoice.id })
  expect(rest).toMatchObject({ amount: 700n, attempt: 3 })
  await recordPayment(ctx, invoice.id, rest.id)
  expect(await readInvoice(ctx, invoice.id)).toMatchObject({ state: 'paid', amount_paid: usd(1000), paid_at: T0 })
  const paid = (await emitted(db, InvoicePaid)).filter((it) => it.aggregateId === invoice.id)
  expect(paid).toMatchObject([{ data: { collection_id: rest.id } }])
  expect(await statusOf(invoice.contract_id)).toBe('current')
  expect((await verify({ db })).filter((check) => !check.ok)).toEqual([])
})

it('has the rest collected when money comes, also while the part is under way', async () => {
  const invoice = await refused()
  const { id } = await collectInvoice(ctx, { invoiceId: invoice.id, amount: usd(300) })
  await retryCollections(ctx, invoice.buyer_id)
  expect(await asked(invoice)).toHaveLength(2)
  await recordPayment(ctx, invoice.id, id)
  expect((await asked(invoice)).at(-1)).toMatchObject({ amount: usd(700), attempt: 3 })
  await refuse(invoice)
  await retryCollections(ctx, invoice.buyer_id)
  expect((await asked(invoice)).at(-1)).toMatchObject({ amount: usd(700), attempt: 4 })
})

it('is past due on its date with a part paid, and is paid all the same', async () => {
  const invoice = await refused()
  const { id } = await collectInvoice(ctx, { invoiceId: invoice.id, amount: usd(300) })
  await recordPayment(ctx, invoice.id, id)
  clock.set(days(30))
  await markPastDue(ctx, invoice.id)
  expect(await readInvoice(ctx, invoice.id)).toMatchObject({ state: 'past_due', amount_paid: usd(300) })
  await pays(invoice.id)
  expect(await readInvoice(ctx, invoice.id)).toMatchObject({ state: 'paid', paid_at: days(30) })
})

it('refuses more than is open, what is under way, what is paid and what is of another marketplace', async () => {
  const invoice = await refused()
  const collect = (amount: number) => collectInvoice(ctx, { invoiceId: invoice.id, amount: usd(amount) })
  await expectRejection(collect(1001), 'billing.amount-exceeds-open', { amount: '1001', open: '1000' })
  const euros = { amount: '1', currency: 'EUR' as const }
  await expectRejection(collectInvoice(ctx, { invoiceId: invoice.id, amount: euros }), 'money.currency-mismatch')
  await collect(400)
  await expectRejection(collect(1), 'billing.collection-under-way')
  await pays(invoice.id)
  await expectRejection(collect(601), 'billing.amount-exceeds-open', { open: '600' })
  await collect(600)
  await pays(invoice.id)
  await expectRejection(collect(1), 'billing.invoice-not-open')
  const stranger = testContext(db, { clock, tenant: nextId('tenant') })
  await expectRejection(collectInvoice(stranger, { invoiceId: invoice.id }), 'request.not-found')
})
