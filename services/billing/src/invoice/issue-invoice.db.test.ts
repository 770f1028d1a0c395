import { emitted, expectRejection, nextId, testContext } from '@draupnir/testing'
import { CollectionRequested, InvoiceIssued, InvoicePaid } from '@draupnir/wire'
import { expect, it } from 'vitest'
import { followContract } from '../contract/follow-contract.ts'
import { billingService, contractOf, ratedOf, T0, usd } from '../service.fixture.ts'
import { issueInvoice } from './issue-invoice.ts'
import { listInvoices } from './list-invoices.ts'
import { readInvoice } from './read-invoice.ts'

const { db, clock, ctx, timers, statusOf } = await billingService()

const followed = async (context = ctx) => {
  const contract = contractOf()
  await followContract(context, contract, T0)
  return contract
}
const told = async (id: string) =>
  (await emitted(db)).filter((event) => event.aggregateId === id).map(({ type }) => type)

it('issues, asks for the money, sets the due date and says so', async () => {
  const contract = await followed()
  const invoice = await issueInvoice(ctx, ratedOf(contract, [1000]))
  if (invoice === null) throw new Error('not owed')
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

it('is quiet while OpenMeter is still rating', async () => {
  const contract = await followed()
  expect(await issueInvoice(ctx, ratedOf(contract, [1], { status: 'draft.waiting_for_collection' }))).toBeNull()
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
  expect(new Set(answers.map((invoice) => invoice?.id)).size).toBe(1)
  expect(await told(answers[0]?.id ?? '')).toEqual(['billing.invoice.issued', 'billing.collection.requested'])
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
  const invoice = await issueInvoice(ctx, ratedOf(contract, [0]))
  const id = invoice?.id ?? nextId('invoice')
  expect(await readInvoice(ctx, id)).toMatchObject({ state: 'paid', collections: [] })
  expect(await told(id)).toEqual(['billing.invoice.issued', 'billing.invoice.paid'])
  expect((await emitted(db, InvoicePaid)).at(-1)?.data).toMatchObject({ collection_id: null })
  expect(await statusOf(contract.id)).toBe('current')
})
