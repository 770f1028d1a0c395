import { emitted, expectRejection, nextId, testContext } from '@draupnir/testing'
import type { ContractState } from '@draupnir/wire'
import { CollectionRequested, InvoiceIssued, InvoicePaid } from '@draupnir/wire'
import { describe, expect, it } from 'vitest'
import { followContract } from '../contract/follow-contract.ts'
import { billingService, contractOf, days, ratedOf, T0, usd } from '../service.fixture.ts'
import { issueInvoice } from './issue-invoice.ts'
import { listInvoices } from './list-invoices.ts'
import { markPastDue } from './mark-past-due.ts'
import { readInvoice } from './read-invoice.ts'

const { db, clock, ctx, pays, timers, statusOf } = await billingService()

const followed = async (context = ctx, over: Parameters<typeof contractOf>[0] = {}) => {
  const contract = contractOf(over)
  await followContract(context, contract, T0)
  return contract
}
const told = async (id: string) =>
  (await emitted(db)).filter((event) => event.aggregateId === id).map(({ type }) => type)

it('issues, asks for the money, sets the due date and says so', async () => {
  const contract = await followed()
  const [invoice] = await issueInvoice(ctx, ratedOf(contract, [1000]))
  if (invoice === undefined) throw new Error('not owed')
  expect(await readInvoice(ctx, invoice.id)).toMatchObject({
    ...invoice,
    collections: [{ attempt: 1, state: 'requested', amount: usd(1000), answered_at: null }],
  })
  expect(await told(invoice.id)).toEqual(['billing.invoice.issued', 'billing.collection.requested'])
  const [issued] = (await emitted(db, InvoiceIssued)).slice(-1)
  const [asked] = (await emitted(db, CollectionRequested)).slice(-1)
  expect(issued?.data.invoice).toEqual(invoice)
  expect(asked?.data.collection).toMatchObject({
    invoice_id: invoice.id,
    buyer_id: contract.buyer_id,
    amount: usd(1000),
  })
  expect(await timers('billing.invoice-due')).toMatchObject([{ key: invoice.id, due_at: invoice.due_at }])
  expect(await statusOf(contract.id)).toBe('due')
})

it('says who shares in it, as the contract does', async () => {
  const splits = [{ party_id: nextId('party'), role: 'referral' as const, rate: '0.05' }]
  const contract = await followed(ctx, { splits })
  const [invoice] = await issueInvoice(ctx, ratedOf(contract, [1000]))
  expect(await readInvoice(ctx, invoice?.id ?? nextId('invoice'))).toMatchObject({ splits, platform_fee_rate: '0.1' })
})

it('is quiet while OpenMeter is still rating', async () => {
  const contract = await followed()
  expect(await issueInvoice(ctx, ratedOf(contract, [1], { status: 'draft.waiting_for_collection' }))).toEqual([])
  expect(await listInvoices(ctx, { contractId: contract.id }, null, 10)).toEqual([])
})

it('refuses what it cannot attribute, and leaves no number behind', async () => {
  const stranger = testContext(db, { clock, tenant: nextId('tenant') })
  const contract = await followed()
  await expectRejection(issueInvoice(stranger, ratedOf(contract, [1])), 'billing.contract-unknown')
  await expectRejection(issueInvoice(ctx, ratedOf(contract, [1], { customerKey: 'x' })), 'billing.contract-unknown')
  const wrong = ratedOf(contractOf(), [1], { customerKey: contract.id })
  await expectRejection(issueInvoice(ctx, wrong), 'billing.line-unknown')
  expect(await listInvoices(ctx, { contractId: contract.id }, null, 10)).toEqual([])
})

it('issues once when the webhook and the poll come at the same time', async () => {
  const contract = await followed()
  const rated = ratedOf(contract, [1000])
  const answers = await Promise.all(Array.from({ length: 6 }, () => issueInvoice(ctx, rated)))
  expect(new Set(answers.flat().map(({ id }) => id)).size).toBe(1)
  expect(await told(answers[0]?.[0]?.id ?? '')).toEqual(['billing.invoice.issued', 'billing.collection.requested'])
})

it('numbers without a gap, whatever is rolled back', async () => {
  const own = testContext(db, { clock, tenant: nextId('tenant') })
  const contracts = await Promise.all(Array.from({ length: 8 }, () => followed(own)))
  const wrong = contracts.map((contract) => ratedOf(contractOf(), [1], { customerKey: contract.id }))
  const right = contracts.map((contract) => ratedOf(contract, [1]))
  await Promise.allSettled([...wrong, ...right].map((rated) => issueInvoice(own, rated)))
  const numbers = (await listInvoices(own, {}, null, 20)).map((invoice) => invoice.number)
  expect(numbers.sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((n) => `INV-00000${n}`))
})

it('counts an invoice of nothing as paid at once, without asking anybody', async () => {
  const contract = await followed()
  const [invoice] = await issueInvoice(ctx, ratedOf(contract, [0]))
  const id = invoice?.id ?? nextId('invoice')
  expect(await readInvoice(ctx, id)).toMatchObject({ state: 'paid', collections: [] })
  expect(await told(id)).toEqual(['billing.invoice.issued', 'billing.invoice.paid'])
  expect((await emitted(db, InvoicePaid)).at(-1)?.data).toMatchObject({ collection_id: null })
  expect(await statusOf(contract.id)).toBe('current')
})

describe('a period with a transfer', () => {
  /** Passed to another buyer after ten of thirty days. */
  const passed = async (context = ctx) => {
    const contract = await followed(context)
    const second = { ...contract, buyer_id: nextId('party'), version: contract.version + 1 }
    await followContract(context, second, days(10))
    return { contract, buyers: [contract.buyer_id, second.buyer_id] }
  }
  const rated = (contract: ContractState, amount = 3000) =>
    ratedOf(contract, [amount], { period: MONTH, lines: [line(contract, amount)] })
  const MONTH = { from: T0, to: days(30) }
  const line = (contract: ContractState, amount: number) => ({
    contractLineId: contract.lines[0]?.id ?? nextId('contractLine'),
    description: 'Support',
    quantity: '1',
    amount: { amount: BigInt(amount), currency: 'USD' as const },
    period: MONTH,
    buyerId: null,
    recurring: true,
  })

  it('makes an invoice for each buyer, numbers without a gap, and asks each for the money', async () => {
    const own = testContext(db, { clock, tenant: nextId('tenant') })
    const { contract, buyers } = await passed(own)
    const [first, second, ...more] = await issueInvoice(own, rated(contract))
    expect(more).toEqual([])
    expect([first, second]).toMatchObject([
      { number: 'INV-000001', buyer_id: buyers[0], total: usd(1000), period: { from: T0, to: days(10) } },
      { number: 'INV-000002', buyer_id: buyers[1], total: usd(2000), period: { from: days(10), to: days(30) } },
    ])
    for (const [invoice, amount] of [
      [first, 1000],
      [second, 2000],
    ] as const) {
      expect(await told(invoice?.id ?? '')).toEqual(['billing.invoice.issued', 'billing.collection.requested'])
      const { collections } = await readInvoice(own, invoice?.id ?? nextId('invoice'))
      expect(collections).toMatchObject([{ attempt: 1, amount: usd(amount) }])
    }
  })

  it('makes them once, however often and whoever says so', async () => {
    const { contract } = await passed()
    const what = rated(contract)
    await Promise.all(Array.from({ length: 6 }, () => issueInvoice(ctx, what)))
    expect(await listInvoices(ctx, { contractId: contract.id }, null, 10)).toHaveLength(2)
    // A transfer that becomes known afterwards changes nothing of them.
    await followContract(ctx, { ...contract, buyer_id: nextId('party'), version: 9 }, days(20))
    expect((await issueInvoice(ctx, what)).map(({ total }) => total)).toEqual([usd(1000), usd(2000)])
  })

  it('tells OpenMeter that it is paid when both have paid, also at once', async () => {
    const reports = async (id: string) => (await timers('billing.report-payment')).filter(({ key }) => key === id)
    const { contract } = await passed()
    const what = rated(contract)
    const invoices = await issueInvoice(ctx, what)
    await pays(invoices[0]?.id ?? nextId('invoice'))
    expect(await reports(what.id)).toEqual([])
    await pays(invoices[1]?.id ?? nextId('invoice'))
    expect(await reports(what.id)).toMatchObject([{ data: { trigger: 'paid' } }])
    for (let round = 0; round < 6; round += 1) {
      const next = rated(contract)
      const both = await issueInvoice(ctx, next)
      await Promise.all(both.map(({ id }) => pays(id)))
      expect(await reports(next.id)).toMatchObject([{ data: { trigger: 'paid' } }])
    }
  })

  it('tells OpenMeter that it is overdue when one is past due, and paid when that one is paid too', async () => {
    const { contract } = await passed()
    const what = rated(contract)
    const [first, second] = await issueInvoice(ctx, what)
    await pays(first?.id ?? nextId('invoice'))
    const trigger = async () => (await timers('billing.report-payment')).find(({ key }) => key === what.id)?.data
    await db.sql`update collections set state = 'refused' where invoice_id = ${second?.id ?? ''}`
    clock.set(days(60))
    await markPastDue(ctx, second?.id ?? nextId('invoice'))
    expect(await trigger()).toMatchObject({ trigger: 'payment_overdue' })
    await pays(second?.id ?? nextId('invoice'))
    expect(await trigger()).toMatchObject({ trigger: 'paid' })
    clock.set(T0)
  })

  it('waits for a transfer that OpenMeter heard of first', async () => {
    const contract = await followed()
    const [buyerId, period] = [nextId('party'), { from: days(10), to: days(30) }]
    const what = ratedOf(contract, [5], { lines: [{ ...line(contract, 5), period, buyerId }] })
    await expectRejection(issueInvoice(ctx, what), 'billing.buyer-unknown')
    await followContract(ctx, { ...contract, buyer_id: buyerId, version: 4 }, days(10))
    expect(await issueInvoice(ctx, what)).toMatchObject([{ buyer_id: buyerId, total: usd(5) }])
  })
})
