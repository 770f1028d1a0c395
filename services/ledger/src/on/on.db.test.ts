import {
  deliver,
  deliverOutOfOrder,
  deliverTwice,
  emitted,
  eventSource,
  nextId,
  type TestClock,
  testClock,
  testContext,
} from '@draupnir/testing'
import {
  type Collection,
  CollectionRequested,
  type Envelope,
  type EventDefinition,
  InvoicePaid,
  InvoicePartiallyPaid,
  JournalAppended,
  PartyCreated,
  type PayIn,
  PayInCleared,
  PayInFailed,
  PayInReturned,
  PayInReversed,
  PayInSubmitted,
  PayoutFailed,
  PayoutRequested,
  PayoutSettled,
} from '@draupnir/wire'
import { describe, expect, it } from 'vitest'
import {
  books,
  collect,
  fund,
  ledgerConsumer,
  ledgerDatabase,
  paidInvoice,
  payoutOf,
  START,
  usd,
} from '../service.fixture.ts'
import { readWallet } from '../wallet/read-wallet.ts'

const { db } = await ledgerDatabase()

interface World {
  readonly ctx: ReturnType<typeof testContext>
  readonly clock: TestClock
  readonly next: <D>(event: EventDefinition<D>, data: D) => Envelope
}

function world(): World {
  const tenant = nextId('tenant')
  const clock = testClock(START)
  const source = eventSource({ tenant, at: START })
  return { ctx: testContext(db, { tenant, clock }), clock, next: (event, data) => source.next(event, data) }
}

const payIn = (): PayIn => ({
  id: nextId('payIn'),
  party_id: nextId('party'),
  bank_account_id: nextId('bankAccount'),
  rail: 'ach',
  amount: usd(500),
  state: 'submitted',
  failure: null,
  payment_order_id: null,
  created_at: START,
  cleared_at: null,
})

/** Each way in which a broker may bring the same events. */
const WAYS: readonly (readonly [string, typeof deliver])[] = [
  ['delivered twice', deliverTwice],
  ['delivered last first', deliverOutOfOrder],
]

describe.each(WAYS)('events %s', (_, bring) => {
  it('clear a pay-in once', async () => {
    const { ctx, clock, next } = world()
    const pay_in = payIn()
    const events = [
      next(PayInSubmitted, { pay_in }),
      next(PayInCleared, { pay_in: { ...pay_in, state: 'cleared', cleared_at: START } }),
    ]
    await bring(ledgerConsumer(db, clock), events)
    expect(await books(ctx)).toEqual({ [`${pay_in.party_id}:available:USD`]: 500n, 'platform:cash.ach:USD': 500n })
    const states = (await emitted(db, JournalAppended))
      .flatMap((event) => event.data.transactions)
      .filter((it) => it.postings.some(({ credit }) => credit.startsWith(pay_in.party_id)))
    expect(states.map((it) => it.state)).toEqual(['pending', 'posted'])
  })

  it('void a failed pay-in', async () => {
    const { ctx, clock, next } = world()
    const pay_in = payIn()
    await bring(ledgerConsumer(db, clock), [
      next(PayInSubmitted, { pay_in }),
      next(PayInFailed, { pay_in: { ...pay_in, state: 'failed' } }),
    ])
    expect(await books(ctx)).toEqual({})
    const wallet = await readWallet(ctx, pay_in.party_id)
    expect(wallet?.map((balance) => balance.pendingCredits)).toEqual(wallet?.map(() => 0n))
  })

  it('take a returned pay-in back once', async () => {
    const { ctx, clock, next } = world()
    const pay_in = payIn()
    const cleared = { ...pay_in, state: 'cleared' as const, cleared_at: START }
    await bring(ledgerConsumer(db, clock), [
      next(PayInSubmitted, { pay_in }),
      next(PayInCleared, { pay_in: cleared }),
      next(PayInReturned, { pay_in: cleared, reason_code: 'R01', returned_at: START }),
    ])
    expect(await books(ctx)).toEqual({})
    const told = (await emitted(db, PayInReversed)).filter((it) => it.aggregateId === pay_in.id)
    expect(told).toMatchObject([{ data: { amount: usd(500), reason_code: 'R01' } }])
  })

  it('settle a part of an invoice and then the rest, each once', async () => {
    const { ctx, clock, next } = world()
    const seller = nextId('party')
    const invoice = paidInvoice([[seller, 1000]])
    const { id: invoice_id, contract_id, buyer_id } = invoice
    const collect = (amount: number, attempt: number): Collection => {
      return {
        id: nextId('collection'),
        invoice_id,
        contract_id,
        buyer_id,
        method: 'wallet',
        amount: usd(amount),
        attempt,
      }
    }
    const [part, rest] = [collect(300, 1), collect(700, 2)]
    await fund(ctx, buyer_id, 1000)
    await bring(ledgerConsumer(db, clock), [
      next(CollectionRequested, { collection: part }),
      next(InvoicePartiallyPaid, { invoice, collection_id: part.id, amount: part.amount }),
      next(CollectionRequested, { collection: rest }),
      next(InvoicePaid, { invoice, collection_id: rest.id }),
    ])
    expect(await books(ctx)).toEqual({
      'platform:cash.ach:USD': 1000n,
      [`${seller}:pay_in_holding:USD`]: 900n,
      'platform:fee_revenue:USD': 100n,
    })
  })

  it('commit and settle an invoice once', async () => {
    const { ctx, clock, next } = world()
    const seller = nextId('party')
    const invoice = paidInvoice([[seller, 1000]])
    const collection: Collection = {
      id: nextId('collection'),
      invoice_id: invoice.id,
      contract_id: invoice.contract_id,
      buyer_id: invoice.buyer_id,
      method: 'wallet',
      amount: invoice.total,
      attempt: 1,
    }
    await fund(ctx, invoice.buyer_id, 1500)
    await bring(ledgerConsumer(db, clock), [
      next(CollectionRequested, { collection }),
      next(InvoicePaid, { invoice, collection_id: collection.id }),
    ])
    expect(await books(ctx)).toEqual({
      'platform:cash.ach:USD': 1500n,
      [`${invoice.buyer_id}:available:USD`]: 500n,
      [`${seller}:pay_in_holding:USD`]: 900n,
      'platform:fee_revenue:USD': 100n,
    })
  })

  it('settle a payout once', async () => {
    const { ctx, clock, next } = world()
    const seller = nextId('party')
    await fund(ctx, seller, 100)
    const payout = await payoutOf(ctx, seller, 90)
    await bring(ledgerConsumer(db, clock), [
      next(PayoutRequested, { payout }),
      next(PayoutSettled, { payout: { ...payout, state: 'settled', settled_at: START } }),
    ])
    expect(await books(ctx)).toEqual({ 'platform:cash.ach:USD': 10n, [`${seller}:available:USD`]: 10n })
  })

  it('give a failed payout back once', async () => {
    const { ctx, clock, next } = world()
    const seller = nextId('party')
    await fund(ctx, seller, 100)
    const payout = await payoutOf(ctx, seller, 90)
    await bring(ledgerConsumer(db, clock), [
      next(PayoutRequested, { payout }),
      next(PayoutFailed, { payout: { ...payout, state: 'failed' } }),
    ])
    expect(await books(ctx)).toEqual({ 'platform:cash.ach:USD': 100n, [`${seller}:available:USD`]: 100n })
  })

  it('open a wallet once', async () => {
    const { ctx, clock, next } = world()
    const id = nextId('party')
    const party = { id, name: 'Andvari', email: 'a@example.com', state: 'pending', failure: null } as const
    const created = { ...party, kind: 'business' as const, roles: ['buyer' as const], created_at: START }
    await bring(ledgerConsumer(db, clock), [next(PartyCreated, { party: created })])
    expect(await readWallet(ctx, id)).toEqual([])
  })
})

it('parks a pay-in that clears without ever having been submitted', async () => {
  const { ctx, clock, next } = world()
  const event = next(PayInCleared, { pay_in: payIn() })
  await deliver(ledgerConsumer(db, clock), [event], { mayPark: true })
  const parked = await db.sql<{ error: string }[]>`select error from parked where event_id = ${event.id}`
  expect(parked).toMatchObject([{ error: expect.stringContaining('ledger.transaction-not-found') }])
  expect(await books(ctx)).toEqual({})
})

it('parks a paid invoice whose funds were never committed, and settles it when it is paid properly', async () => {
  const { ctx, clock, next } = world()
  const invoice = paidInvoice([[nextId('party'), 10]])
  const event = next(InvoicePaid, { invoice, collection_id: nextId('collection') })
  await deliver(ledgerConsumer(db, clock), [event], { mayPark: true })
  expect(await books(ctx)).toEqual({})
  const other = { ...invoice, id: nextId('invoice') }
  const collection_id = await collect(ctx, other)
  await deliver(ledgerConsumer(db, clock), [next(InvoicePaid, { invoice: other, collection_id })], { mayPark: true })
  expect(await books(ctx)).toMatchObject({ 'platform:fee_revenue:USD': 1n })
})
