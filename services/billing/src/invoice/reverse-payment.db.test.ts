import { emitted, expectRejection, nextId, testContext } from '@draupnir/testing'
import { CollectionRequested, InvoicePastDue, InvoiceReopened } from '@draupnir/wire'
import { beforeEach, expect, it } from 'vitest'
import { collectInvoice } from '../collection/collect-invoice.ts'
import { refuseCollection } from '../collection/refuse-collection.ts'
import { billingService, days, T0, usd } from '../service.fixture.ts'
import { verify } from '../verify/verify.ts'
import { markPastDue } from './mark-past-due.ts'
import { readInvoice } from './read-invoice.ts'
import { recordPayment } from './record-payment.ts'
import { reversePayment } from './reverse-payment.ts'

const { db, clock, ctx, owed, pays, statusOf, timers } = await billingService()
beforeEach(() => clock.set(T0))

type Invoice = Awaited<ReturnType<typeof owed>>

const latest = async ({ id }: Invoice) => {
  const last = (await readInvoice(ctx, id)).collections.at(-1)
  if (last === undefined) throw new Error('never asked for')
  return last
}

const refuse = async (invoice: Invoice) => {
  const { id: collection_id, amount } = await latest(invoice)
  const { id: invoice_id, buyer_id } = invoice
  const code = 'ledger.balance-insufficient'
  await refuseCollection(ctx, { collection_id, invoice_id, buyer_id, amount, available: usd(0), code })
}

async function paid(amount = 1000) {
  const invoice = await owed(amount)
  const { id: collectionId } = await latest(invoice)
  await recordPayment(ctx, invoice.id, collectionId)
  const takeBack = (amount: number) =>
    reversePayment(ctx, { invoiceId: invoice.id, collectionId, amount: usd(amount), reason: 'R01' })
  return { invoice, collectionId, takeBack }
}

const sound = async () => expect((await verify({ db })).filter((check) => !check.ok)).toEqual([])
const keysOf = async (kind: string) => (await timers(kind)).map(({ key }) => key)

it('puts a paid invoice back, asks for it again and waits for its date', async () => {
  const { invoice, collectionId, takeBack } = await paid()
  expect(await statusOf(invoice.contract_id)).toBe('current')
  await takeBack(1000)
  const open = { state: 'issued', amount_paid: usd(0), paid_at: null }
  expect(await readInvoice(ctx, invoice.id)).toMatchObject({
    ...open,
    collections: [
      { id: collectionId, state: 'reversed', amount: usd(1000), reversed_amount: usd(1000) },
      { state: 'requested', amount: usd(1000), attempt: 2 },
    ],
  })
  const told = (await emitted(db, InvoiceReopened)).filter((it) => it.aggregateId === invoice.id)
  const data = { collection_id: collectionId, amount: usd(1000), reason: 'R01', invoice: open }
  expect(told).toMatchObject([{ data }])
  expect(await statusOf(invoice.contract_id)).toBe('due')
  expect(await keysOf('billing.invoice-due')).toContain(invoice.id)
  await sound()
  await pays(invoice.id)
  expect(await readInvoice(ctx, invoice.id)).toMatchObject({ state: 'paid', amount_paid: usd(1000) })
  expect(await statusOf(invoice.contract_id)).toBe('current')
  await sound()
})

it('is past due once the ledger has said no, when its date has passed', async () => {
  const { invoice, takeBack } = await paid()
  clock.set(days(40))
  await takeBack(1000)
  await refuse(invoice)
  expect((await readInvoice(ctx, invoice.id)).state).toBe('past_due')
  expect((await emitted(db, InvoicePastDue)).filter((it) => it.aggregateId === invoice.id)).toHaveLength(1)
  expect(await statusOf(invoice.contract_id)).toBe('past_due')
  await sound()
})

it('leaves partially paid what is taken back in part, and asks for that part only', async () => {
  const { invoice, collectionId, takeBack } = await paid()
  await takeBack(300)
  await takeBack(200)
  expect(await readInvoice(ctx, invoice.id)).toMatchObject({
    state: 'partially_paid',
    amount_paid: usd(500),
    collections: [
      { id: collectionId, state: 'committed', reversed_amount: usd(500) },
      { state: 'requested', amount: usd(300) },
    ],
  })
  await pays(invoice.id)
  expect(await readInvoice(ctx, invoice.id)).toMatchObject({ state: 'partially_paid', amount_paid: usd(800) })
  await sound()
  await collectInvoice(ctx, { invoiceId: invoice.id })
  await pays(invoice.id)
  expect((await readInvoice(ctx, invoice.id)).state).toBe('paid')
  await sound()
})

it('leaves past due what is past due', async () => {
  const invoice = await owed(1000)
  await refuse(invoice)
  const { id: collectionId } = await collectInvoice(ctx, { invoiceId: invoice.id, amount: usd(400) })
  await recordPayment(ctx, invoice.id, collectionId)
  clock.set(days(40))
  await markPastDue(ctx, invoice.id)
  await reversePayment(ctx, { invoiceId: invoice.id, collectionId, amount: usd(400), reason: 'R01' })
  expect(await readInvoice(ctx, invoice.id)).toMatchObject({ state: 'past_due', amount_paid: usd(0) })
  expect((await emitted(db, CollectionRequested)).filter((it) => it.aggregateId === invoice.id)).toHaveLength(3)
  await sound()
})

it('does not tell OpenMeter that an invoice is paid when it is not any more', async () => {
  const { invoice, takeBack } = await paid()
  expect(await keysOf('billing.report-payment')).toContain(invoice.openmeter_invoice_id)
  await takeBack(1)
  expect(await keysOf('billing.report-payment')).not.toContain(invoice.openmeter_invoice_id)
})

it('refuses an invoice of another marketplace, and takes back no more than was collected', async () => {
  const { invoice, collectionId, takeBack } = await paid()
  const stranger = testContext(db, { clock, tenant: nextId('tenant') })
  const input = { invoiceId: invoice.id, collectionId, amount: usd(1), reason: 'R01' }
  await expectRejection(reversePayment(stranger, input), 'request.not-found')
  await expect(takeBack(1001)).rejects.toThrow()
  expect((await readInvoice(ctx, invoice.id)).state).toBe('paid')
})
