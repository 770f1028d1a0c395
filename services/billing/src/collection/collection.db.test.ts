import { openMeter } from '@draupnir/openmeter'
import { emitted, expectRejection, nextId, testContext } from '@draupnir/testing'
import { BillingStatusChanged, InvoicePaid, InvoicePastDue } from '@draupnir/wire'
import { beforeEach, describe, expect, it } from 'vitest'
import { followContract } from '../contract/follow-contract.ts'
import { issueInvoice } from '../invoice/issue-invoice.ts'
import { listInvoices } from '../invoice/list-invoices.ts'
import { markPastDue } from '../invoice/mark-past-due.ts'
import { readInvoice } from '../invoice/read-invoice.ts'
import { recordPayment } from '../invoice/record-payment.ts'
import { billingService, contractOf, days, ratedOf, T0, usd } from '../service.fixture.ts'
import { timers as definitions } from '../timers.ts'
import { refuseCollection } from './refuse-collection.ts'
import { retryCollections } from './retry-collections.ts'

const { db, clock, ctx, owed, issued, timers, statusOf, run } = await billingService()
beforeEach(() => clock.set(T0))

type Invoice = Awaited<ReturnType<typeof owed>>
const attempts = async ({ id }: Invoice) => (await readInvoice(ctx, id)).collections
const latest = async (invoice: Invoice) => {
  const last = (await attempts(invoice)).at(-1)
  if (last === undefined) throw new Error('never asked for')
  return last
}
const refuse = async (invoice: Invoice, available = 5) => {
  const { id, amount } = await latest(invoice)
  await refuseCollection(ctx, {
    collection_id: id,
    invoice_id: invoice.id,
    buyer_id: invoice.buyer_id,
    amount,
    available: usd(available),
    code: 'ledger.balance-insufficient',
  })
}
const commit = async (invoice: Invoice) => recordPayment(ctx, invoice.id, (await latest(invoice)).id)
const states = async (invoice: Invoice) => (await attempts(invoice)).map((attempt) => attempt.state)
const eventsOf = async ({ id }: Invoice) =>
  (await emitted(db)).filter((event) => event.aggregateId === id).map(({ type }) => type.replace('billing.', ''))
const dueTimer = () => {
  const unused = openMeter({ url: 'http://127.0.0.1:1', apiKey: 'x', timeoutMs: 100 })
  const kinds = ['billing.invoice-due', 'billing.contract-end']
  return definitions(unused, { url: 'http://127.0.0.1:1', secret: 'x' }).filter((one) => kinds.includes(one.kind))
}

describe('recordPayment', () => {
  it('pays once, in the words of the ledger, and forgets the due date', async () => {
    const invoice = await owed()
    await commit(invoice)
    clock.set(days(1))
    await commit(invoice)
    expect(await readInvoice(ctx, invoice.id)).toMatchObject({ state: 'paid', paid_at: T0 })
    expect(await eventsOf(invoice)).toEqual(['invoice.issued', 'collection.requested', 'invoice.paid'])
    const { id } = await latest(invoice)
    expect((await emitted(db, InvoicePaid)).at(-1)?.data).toMatchObject({
      collection_id: id,
      invoice: { state: 'paid' },
    })
    expect((await timers('billing.invoice-due')).map(({ key }) => key)).not.toContain(invoice.id)
    expect(
      (await timers('billing.report-payment')).find(({ key }) => key === invoice.openmeter_invoice_id),
    ).toMatchObject({ data: { trigger: 'paid' } })
    expect(await statusOf(invoice.contract_id)).toBe('current')
  })

  it('pays what is past due', async () => {
    const invoice = await owed()
    await refuse(invoice)
    clock.set(days(30))
    await markPastDue(ctx, invoice.id)
    await retryCollections(ctx, invoice.buyer_id)
    await commit(invoice)
    expect(await readInvoice(ctx, invoice.id)).toMatchObject({ state: 'paid', paid_at: days(30) })
    const reports = await timers('billing.report-payment')
    expect(reports.find(({ key }) => key === invoice.openmeter_invoice_id)?.data).toMatchObject({ trigger: 'paid' })
  })

  it('refuses an invoice of another marketplace', async () => {
    const { id } = await owed()
    const stranger = testContext(db, { clock, tenant: nextId('tenant') })
    await expectRejection(recordPayment(stranger, id, nextId('collection')), 'request.not-found')
    await expectRejection(readInvoice(stranger, id), 'request.not-found')
    expect(await listInvoices(stranger, {}, null, 10)).toEqual([])
  })
})

describe('the due date', () => {
  it('makes an invoice past due on its date and not before', async () => {
    const invoice = await owed(1000, { net_days: 10 })
    await refuse(invoice)
    clock.set(days(9))
    await markPastDue(ctx, invoice.id)
    await run(...dueTimer())
    expect((await readInvoice(ctx, invoice.id)).state).toBe('issued')
    clock.set(days(10))
    await run(...dueTimer())
    expect((await readInvoice(ctx, invoice.id)).state).toBe('past_due')
    expect((await emitted(db, InvoicePastDue)).filter((event) => event.aggregateId === invoice.id)).toHaveLength(1)
    expect(await statusOf(invoice.contract_id)).toBe('past_due')
    await markPastDue(ctx, invoice.id)
    expect((await eventsOf(invoice)).filter((type) => type === 'invoice.past_due')).toHaveLength(1)
  })

  it('leaves a paid invoice alone', async () => {
    const invoice = await owed()
    await commit(invoice)
    clock.set(days(31))
    await markPastDue(ctx, invoice.id)
    expect((await readInvoice(ctx, invoice.id)).state).toBe('paid')
  })

  it('waits for an answer under way, also when the invoice is due at once', async () => {
    const [covered, uncovered] = [await owed(10, { net_days: 0 }), await owed(10, { net_days: 0 })]
    await run(...dueTimer())
    expect((await readInvoice(ctx, covered.id)).state).toBe('issued')
    await commit(covered)
    await refuse(uncovered)
    expect(await eventsOf(covered)).not.toContain('invoice.past_due')
    expect((await readInvoice(ctx, uncovered.id)).state).toBe('past_due')
  })
})

describe('money that comes in', () => {
  it('has the refused tried again, the oldest due first, and nothing else', async () => {
    const contract = contractOf({ net_days: 20 })
    await followContract(ctx, contract, T0)
    const later = await issued(contract, 1)
    const sooner = await owed(2, { buyer_id: contract.buyer_id, net_days: 10 })
    const paid = await issued(contract, 3)
    const others = await owed(4)
    await commit(paid)
    for (const invoice of [later, sooner, others]) await refuse(invoice)
    const before = (await emitted(db)).length
    await retryCollections(ctx, contract.buyer_id)
    expect((await emitted(db)).slice(before).map((event) => event.aggregateId)).toEqual([sooner.id, later.id])
    expect(await states(later)).toEqual(['refused', 'requested'])
    expect(await states(others)).toEqual(['refused'])
    expect(await states(paid)).toEqual(['committed'])
  })

  it('is not lost when it comes before the refusal it should have prevented', async () => {
    const invoice = await owed()
    await retryCollections(ctx, invoice.buyer_id)
    expect(await states(invoice)).toEqual(['requested'])
    await refuse(invoice)
    expect(await states(invoice)).toEqual(['refused', 'requested'])
    await refuse(invoice)
    expect(await states(invoice)).toEqual(['refused', 'refused'])
  })

  it('is not lost when it comes together with the refusal', async () => {
    for (let round = 0; round < 8; round += 1) {
      const invoice = await owed()
      await Promise.all([refuse(invoice), retryCollections(ctx, invoice.buyer_id)])
      expect(await states(invoice)).toEqual(['refused', 'requested'])
    }
  })
})

it('does not let a late refusal undo a commitment', async () => {
  const invoice = await owed()
  const { id, amount } = await latest(invoice)
  await commit(invoice)
  const code = 'ledger.balance-insufficient'
  const { id: invoice_id, buyer_id } = invoice
  await refuseCollection(ctx, { collection_id: id, invoice_id, buyer_id, amount, available: usd(0), code })
  expect(await states(invoice)).toEqual(['committed'])
})

it('survives every verb on the invoices of one contract at once', async () => {
  const contract = contractOf()
  await followContract(ctx, contract, T0)
  const invoices = await Promise.all(Array.from({ length: 6 }, () => issued(contract, 10)))
  clock.set(days(30))
  await Promise.all([
    ...invoices.map((invoice, index) => (index % 2 === 0 ? commit(invoice) : refuse(invoice))),
    ...invoices.map((invoice) => markPastDue(ctx, invoice.id)),
    ...Array.from({ length: 4 }, () => retryCollections(ctx, contract.buyer_id)),
    ...Array.from({ length: 4 }, () => issueInvoice(ctx, ratedOf(contract, [5]))),
    followContract(ctx, { ...contract, version: 4 }, T0),
  ])
  const all = await listInvoices(ctx, { contractId: contract.id }, null, 20)
  expect(all.filter(({ state }) => state === 'paid')).toHaveLength(3)
  expect(all).toHaveLength(10)
})

describe('the billing status', () => {
  it('tells each change once, from what to what', async () => {
    const invoice = await owed()
    await commit(invoice)
    const told = (await emitted(db, BillingStatusChanged)).filter((event) => event.aggregateId === invoice.contract_id)
    expect(told.map(({ data }) => [data.from, data.to])).toEqual([
      ['none', 'due'],
      ['due', 'current'],
    ])
  })

  it('is settled when a contract without debts comes to its end', async () => {
    const contract = contractOf({ ends_at: days(3) })
    await followContract(ctx, contract, T0)
    await commit(await issued(contract))
    expect(await statusOf(contract.id)).toBe('current')
    clock.set(days(3))
    await run(...dueTimer())
    expect(await statusOf(contract.id)).toBe('settled')
  })
})
