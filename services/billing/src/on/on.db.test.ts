import { deliver, deliverOutOfOrder, deliverTwice, emitted, eventSource, nextId } from '@draupnir/testing'
import type { Instant } from '@draupnir/time'
import {
  CollectionCommitted,
  CollectionRefused,
  CollectionReversed,
  ContractActivated,
  ContractLineAdded,
  ContractLineRemoved,
  ContractTerminated,
  ContractTransferred,
  type Envelope,
  type Settlement,
  SettlementReversed,
  SUBSCRIPTIONS,
  WalletCredited,
} from '@draupnir/wire'
import { describe, expect, it } from 'vitest'
import { handlers } from '../consumers.ts'
import { issueInvoice } from '../invoice/issue-invoice.ts'
import { readInvoice } from '../invoice/read-invoice.ts'
import { hearOfInvoice } from '../openmeter/hear-of-invoice.ts'
import { billingService, contractOf, days, lineOf, ratedOf, T0, usd } from '../service.fixture.ts'

const { db, ctx, consumer, owed, timers, statusOf } = await billingService()

const WAYS: readonly (readonly [string, typeof deliver])[] = [
  ['delivered twice', deliverTwice],
  ['delivered last first', deliverOutOfOrder],
]
const edit = { id: nextId('contractEdit'), operation: 'x', effective_at: T0, recorded_at: T0, actor: 'key_test' }

it('handles exactly the events that are meant for it', () => {
  const types = (events: readonly { type: string }[]) => events.map((event) => event.type).sort()
  expect(types(handlers.map((handler) => handler.event))).toEqual(types(SUBSCRIPTIONS.billing))
})

describe.each(WAYS)('events %s', (_, bring) => {
  it('keep the newest state of a contract', async () => {
    const line = lineOf()
    const contract = contractOf({ version: 2 })
    const wider = { ...contract, lines: [...contract.lines, line], version: 3 }
    const source = eventSource()
    await bring(consumer, [
      source.next(ContractActivated, { edit, contract }),
      source.next(ContractLineAdded, { edit, line, contract: wider }),
      source.next(ContractTerminated, { edit, cause: 'x', contract: { ...wider, ends_at: days(2), version: 4 } }),
    ])
    expect((await issueInvoice(ctx, ratedOf(wider, [1, 2])))[0]?.lines).toHaveLength(2)
    const [row] = await db.sql<{ version: number }[]>`select version from contracts where id = ${contract.id}`
    expect(row?.version).toBe(4)
    expect((await timers('billing.contract-end')).map(({ key }) => key)).toContain(contract.id)
  })

  it('leave the seller of a line known that was taken off the contract', async () => {
    const gone = lineOf()
    const contract = contractOf({ version: 2, lines: [gone] })
    const source = eventSource()
    await bring(consumer, [
      source.next(ContractActivated, { edit, contract }),
      source.next(ContractLineRemoved, { edit, contract: { ...contract, lines: [lineOf()], version: 3 } }),
    ])
    expect((await issueInvoice(ctx, ratedOf(contract, [7])))[0]?.lines).toMatchObject([{ seller_id: gone.seller_id }])
  })

  it('leave a period with whoever bought in it, though the contract has passed on', async () => {
    const contract = contractOf({ version: 2 })
    const moved = { ...edit, effective_at: days(31), recorded_at: days(3) }
    const passed = { ...contract, buyer_id: nextId('party'), version: 3 }
    const source = eventSource()
    await bring(consumer, [
      source.next(ContractActivated, { edit, contract }),
      source.next(ContractTransferred, { edit: moved, phase: 'effective', contract: passed }),
    ])
    const rated = (from: Instant, to: Instant) => {
      const lines = ratedOf(contract, [7]).lines.map((line) => ({ ...line, period: { from, to } }))
      return ratedOf(contract, [7], { period: { from, to }, lines })
    }
    const buyers = async (from: Instant, to: Instant) =>
      (await issueInvoice(ctx, rated(from, to))).map((invoice) => invoice.buyer_id)
    expect(await buyers(T0, days(31))).toEqual([contract.buyer_id])
    expect(await buyers(days(31), days(59))).toEqual([passed.buyer_id])
    expect(await buyers(days(30), days(32))).toEqual([contract.buyer_id, passed.buyer_id])
  })

  it('know nothing of a draft', async () => {
    const contract = contractOf({ activated_at: null, lifecycle: 'draft' })
    await bring(consumer, [eventSource().next(ContractLineAdded, { edit, line: lineOf(), contract })])
    expect(await statusOf(contract.id)).toBeNull()
  })

  it('pay an invoice once', async () => {
    const invoice = await owed()
    await bring(consumer, [await committed(invoice)])
    expect((await readInvoice(ctx, invoice.id)).state).toBe('paid')
    expect(await told(invoice.id, 'billing.invoice.paid')).toBe(1)
  })

  it('put back once what was taken back, settled or not', async () => {
    const [waiting, settled] = [await owed(), await owed()]
    await bring(consumer, await returned(waiting, 'before it was settled'))
    await bring(consumer, await returned(settled, 'settled'))
    for (const { id } of [waiting, settled]) {
      expect(await readInvoice(ctx, id)).toMatchObject({ state: 'partially_paid', amount_paid: usd(400) })
      expect(await told(id, 'billing.invoice.reopened')).toBe(1)
    }
  })

  it('try again after a refusal and money, in whichever order', async () => {
    const invoice = await owed()
    await bring(consumer, [await refused(invoice), credited(invoice)])
    const { collections } = await readInvoice(ctx, invoice.id)
    expect(collections.map(({ state }) => state)).toEqual(['refused', 'requested'])
    expect(collections[0]?.refusal).toEqual({ code: 'ledger.balance-insufficient', available: '5' })
    expect(await told(invoice.id, 'billing.collection.requested')).toBe(2)
  })

  it('change nothing when money comes to one who owes nothing', async () => {
    const before = (await emitted(db)).length
    await bring(consumer, [credited({ buyer_id: nextId('party') })])
    expect((await emitted(db)).length).toBe(before)
  })
})

it('looks at the invoice of a contract that was not known yet, once it is', async () => {
  const contract = contractOf()
  const heard = { openmeterInvoiceId: 'om_early', customerKey: contract.id }
  const hear = () => db.transaction((tx) => hearOfInvoice(tx, heard, (tenant) => ({ ...ctx, tenant, db: tx })))
  await hear()
  expect(await timers('billing.refresh-invoice')).toEqual([])
  await deliver(consumer, [eventSource().next(ContractActivated, { edit, contract })])
  expect(await timers('billing.refresh-invoice')).toMatchObject([{ key: 'om_early' }])
})

it('keeps nothing of customers that are no contracts', async () => {
  const heard = { openmeterInvoiceId: 'om_foreign', customerKey: 'somebody' }
  await db.transaction((tx) => hearOfInvoice(tx, heard, (tenant) => ({ ...ctx, tenant, db: tx })))
  expect(await db.sql`select 1 from waiting_invoices where openmeter_invoice_id = 'om_foreign'`).toHaveLength(0)
})

type Invoice = Awaited<ReturnType<typeof owed>>

const told = async (id: string, type: string) =>
  (await emitted(db)).filter((event) => event.aggregateId === id && event.type === type).length

async function answer(invoice: Invoice) {
  const { id: collection_id, amount } = (await readInvoice(ctx, invoice.id)).collections[0] ?? {
    id: nextId('collection'),
    amount: usd(0),
  }
  return { collection_id, invoice_id: invoice.id, buyer_id: invoice.buyer_id, amount }
}

async function committed(invoice: Invoice): Promise<Envelope> {
  const data = { ...(await answer(invoice)), transaction_id: nextId('transaction') }
  return eventSource().next(CollectionCommitted, data)
}

/** What the ledger says when an invoice of 1000 was collected and 600 of it are taken back. */
async function returned(invoice: Invoice, when: 'settled' | 'before it was settled'): Promise<Envelope[]> {
  const ledger = eventSource()
  const { collection_id, invoice_id, buyer_id, amount } = await answer(invoice)
  const because = { reason: 'R01', pay_in_id: nextId('payIn') }
  const committed = { collection_id, invoice_id, buyer_id, amount, transaction_id: nextId('transaction') }
  const back = { collection_id, amount: usd(600) }
  return [
    ledger.next(CollectionCommitted, committed),
    when === 'settled'
      ? ledger.next(SettlementReversed, { settlement: settlementOf(invoice), payment: back, ...because })
      : ledger.next(CollectionReversed, { ...back, invoice_id, buyer_id, ...because }),
  ]
}

function settlementOf({ id, contract_id, buyer_id, total }: Invoice): Settlement {
  const [collection_id, transaction_id] = [nextId('collection'), nextId('transaction')]
  const part = { collection_id, transaction_id, amount: total, reversed_amount: usd(600) }
  const [from, to] = [`${buyer_id}:committed:USD`, 'platform:fee_revenue:USD']
  const none = { party_id: null, due_at: null, seasoning: null, released_by: null, reversals: [] }
  return {
    id: nextId('settlement'),
    invoice_id: id,
    contract_id,
    buyer_id,
    gross: total,
    settled: usd(400),
    state: 'awaiting_payment',
    opened_at: T0,
    completed_at: null,
    payments: [{ ...part, settled_at: T0 }],
    legs: [{ ...part, ...none, id: nextId('settlementLeg'), kind: 'platform_fee', from, to, state: 'booked' }],
  }
}

async function refused(invoice: Invoice): Promise<Envelope> {
  const code = 'ledger.balance-insufficient'
  return eventSource().next(CollectionRefused, { ...(await answer(invoice)), available: usd(5), code })
}

function credited({ buyer_id }: Pick<Invoice, 'buyer_id'>): Envelope {
  const money = { amount: usd(1), available: usd(6), transaction_id: nextId('transaction'), cause: nextId('payIn') }
  return eventSource().next(WalletCredited, { party_id: buyer_id, ...money })
}
