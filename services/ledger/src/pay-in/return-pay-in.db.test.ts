import { required } from '@draupnir/errors'
import { emitted, expectRejection, nextId } from '@draupnir/testing'
import { DAY_MS } from '@draupnir/time'
import { CollectionReversed, HoldingReleased, PayInReversed, SettlementReversed } from '@draupnir/wire'
import { describe, expect, it } from 'vitest'
import { payoutFor, toldOf } from '../cash-out/cash-out.fixture.ts'
import { reservePayout } from '../payout/reserve-payout.ts'
import { returnPayout } from '../payout/return-payout.ts'
import { payoutReserve } from '../recipe/payout.recipes.ts'
import { refundPay } from '../recipe/refund.recipes.ts'
import { freshContext, fund, ledgerDatabase, START, usd } from '../service.fixture.ts'
import { readEarnings } from '../settlement/earnings.ts'
import { readSettlement } from '../settlement/read-settlement.ts'
import { releaseHolding } from '../settlement/release-holding.ts'
import { postTransaction } from '../transaction/post-transaction.ts'
import { listTransactions } from '../transaction/read-transaction.ts'
import { undoTransaction } from '../transaction/submit-transactions.ts'
import { findByReference } from '../transaction/transaction.store.ts'
import { verify } from '../verify/verify.ts'
import { fundingOf } from '../wallet/funding.store.ts'
import { trade } from './return.fixture.ts'
import { returnPayIn } from './return-pay-in.ts'

const { db } = await ledgerDatabase()
const traded = () => trade(freshContext(db))
type Trade = ReturnType<typeof traded>

const sound = async () => expect((await verify({ db })).filter((check) => !check.ok)).toEqual([])
const legsOf = async ({ ctx }: Trade, id: Parameters<typeof readSettlement>[1]) =>
  (await readSettlement(ctx, id)).legs.map((leg) => [leg.state, leg.amount.amount, leg.reversed.amount])
const standsOn = async ({ ctx }: Trade, id: Parameters<typeof fundingOf>[1]) =>
  (await fundingOf(ctx, id)).map(({ payInId, amount }) => [payInId, amount.amount])

describe('what the payer has', () => {
  it('goes first: what is available', async () => {
    const t = traded()
    const payIn = await t.paysIn(100)
    await t.comesBack(payIn)
    expect(await t.held()).toEqual({})
    const [told] = (await emitted(db, PayInReversed)).filter((it) => it.aggregateId === payIn)
    const taken = [{ account: `${t.buyer}:available:USD`, amount: usd(100) }]
    expect(told?.data).toMatchObject({ party_id: t.buyer, amount: usd(100), reason_code: 'R01', taken })
    await sound()
  })

  it('goes next: what is committed, which is then no payment any more, and what is left of it is free', async () => {
    const t = traded()
    const [returned, kept] = [await t.paysIn(100), await t.paysIn(50)]
    const invoice = t.invoiceOf(120)
    const collection = await t.commitTo(invoice)
    await t.comesBack(returned)
    expect(await t.held()).toEqual({ 'platform:cash.ach': 50, 'buyer:available': 50 })
    const reversed = (await emitted(db, CollectionReversed)).filter((it) => it.aggregateId === collection)
    expect(reversed).toMatchObject([
      { data: { invoice_id: invoice.id, buyer_id: t.buyer, amount: usd(120), reason: 'R01', pay_in_id: returned } },
    ])
    expect(await standsOn(t, collection)).toEqual([])
    // Billing may have said before it heard of it that the invoice is paid.
    expect(await t.settle(invoice, collection)).toBeNull()
    expect(await standsOn(t, await t.commitTo(t.invoiceOf(50)))).toEqual([[kept, 50n]])
    await sound()
  })

  it('frees no more commitments than it takes, those of the returned pay-in first and the newest of them', async () => {
    const t = traded()
    const [, returned] = [await t.paysIn(40), await t.paysIn(60)]
    const later = (amount: number) => {
      t.ctx.clock.advance(1)
      return t.commitTo(t.invoiceOf(amount))
    }
    const [other, older, newer] = [await later(40), await later(20), await later(30)]
    await fund(t.ctx, t.buyer, 35)
    await t.comesBack(returned)
    // 45 was available; the newest commitment gave 15 and is free of the other 15.
    const reversed = (await emitted(db, CollectionReversed)).map((it) => it.aggregateId)
    expect(reversed).toContain(newer)
    expect(reversed).not.toContain(other)
    expect(reversed).not.toContain(older)
    expect(await t.held()).toEqual({ 'platform:cash.ach': 75, 'buyer:available': 15, 'buyer:committed': 60 })
    expect(await standsOn(t, older)).toEqual([[null, 20n]])
    await sound()
  })

  it('takes the place of the returned funds, so that a settlement stands on what is still there', async () => {
    const t = traded()
    const returned = await t.paysIn(100)
    const older = await t.commitTo(t.invoiceOf(60))
    t.ctx.clock.advance(1)
    const paid = t.invoiceOf(40)
    const newer = await t.commitTo(paid)
    const settlement = required(await t.settle(paid, newer), 'settled')
    const invoice = t.invoiceOf(60)
    const kept = await t.paysIn(70)
    await t.comesBack(returned)
    // 70 was available and 30 of the older commitment went: it is free, and the newer payment stands on the other pay-in.
    expect(await standsOn(t, older)).toEqual([])
    expect(await standsOn(t, newer)).toEqual([[kept, 40n]])
    expect(await legsOf(t, settlement.id)).toEqual([
      ['seasoning', 36n, 0n],
      ['booked', 4n, 0n],
    ])
    await sound()
    await t.comesBack(kept)
    expect(await legsOf(t, settlement.id)).toEqual([
      ['reversed', 36n, 36n],
      ['reversed', 4n, 4n],
    ])
    expect(await t.held()).toEqual({})
    await sound()
    expect(await t.settle(invoice, newer).catch(() => 'refused')).toBe('refused')
  })
})

describe('what the payer has spent', () => {
  it('is taken from what is still seasoning and from the fee, exactly by the legs, and is open again', async () => {
    const t = traded()
    const payIn = await t.paysIn(300)
    const invoice = t.invoiceOf(100, 200)
    const settlement = await t.pay(invoice)
    await t.comesBack(payIn)
    expect(await t.held()).toEqual({})
    expect(await legsOf(t, settlement.id)).toEqual([
      ['reversed', 90n, 90n],
      ['reversed', 180n, 180n],
      ['reversed', 30n, 30n],
    ])
    expect(await readSettlement(t.ctx, settlement.id)).toMatchObject({
      state: 'awaiting_payment',
      payments: [{ amount: { amount: 300n }, reversed: { amount: 300n } }],
    })
    const [told] = (await emitted(db, SettlementReversed)).filter((it) => it.aggregateId === settlement.id)
    const [payment] = settlement.payments
    expect(told?.data).toMatchObject({
      payment: { collection_id: payment?.collectionId, amount: usd(300) },
      settlement: { settled: usd(0), gross: usd(300), state: 'awaiting_payment' },
      reason: 'R01',
      pay_in_id: payIn,
    })
    await sound()
    // Paid again, it is settled again: the same shares, new legs.
    await t.paysIn(300)
    const again = await t.pay(invoice)
    expect(again).toMatchObject({ id: settlement.id, state: 'seasoning' })
    expect(await t.held()).toMatchObject({ 'one:pay_in_holding': 90, 'two:pay_in_holding': 180 })
    await sound()
  })

  it('is taken in proportion when another pay-in paid a part, and what is left matures by itself', async () => {
    const t = traded()
    const [returned, kept] = [await t.paysIn(100), await t.paysIn(201)]
    const settlement = await t.pay(t.invoiceOf(101, 200))
    await t.comesBack(returned)
    expect(await legsOf(t, settlement.id)).toEqual([
      ['seasoning', 91n, 30n],
      ['seasoning', 180n, 60n],
      ['booked', 30n, 10n],
    ])
    const [collection] = settlement.payments.map((payment) => payment.collectionId)
    expect(await standsOn(t, required(collection, 'one payment'))).toEqual([[kept, 201n]])
    await sound()
    await t.release(settlement)
    const released = (await emitted(db, HoldingReleased)).filter((it) => it.aggregateId === settlement.id)
    expect(released.map((it) => it.data.amount)).toEqual([usd(61), usd(120)])
    expect(await t.held()).toEqual({
      'platform:cash.ach': 201,
      'platform:fee_revenue': 20,
      'one:available': 61,
      'two:available': 120,
    })
    await sound()
    await t.comesBack(kept)
    expect(await t.held()).toEqual({})
    await sound()
  })

  it('is taken from what was released, and what its seller has spent the seller owes', async () => {
    const t = traded()
    const payIn = await t.paysIn(300)
    const settlement = await t.pay(t.invoiceOf(100, 200))
    await t.release(settlement)
    const spent = { party_id: t.two, amount: usd(150) }
    const reserve = { recipe: payoutReserve, input: spent, cause: 'payout', reference: 'payout', effectiveAt: START }
    await postTransaction(t.ctx, reserve)
    await t.comesBack(payIn)
    expect(await t.held()).toEqual({ 'two:payout_in_transit': 150, 'two:receivable': 150 })
    const [, leg] = (await readSettlement(t.ctx, settlement.id)).legs
    expect(leg).toMatchObject({
      state: 'reversed',
      reversals: [
        { payInId: payIn, from: { ref: `${t.two}:available:USD` }, amount: { amount: 30n } },
        { payInId: payIn, from: { ref: `${t.two}:receivable:USD` }, amount: { amount: 150n } },
      ],
    })
    await sound()
  })

  it('is taken from the newest payment first when the payer covers a part', async () => {
    const t = traded()
    const returned = await t.paysIn(200)
    const older = await t.pay(t.invoiceOf(100))
    t.ctx.clock.advance(1)
    const newer = await t.pay(t.invoiceOf(100))
    await fund(t.ctx, t.buyer, 30)
    await t.comesBack(returned)
    expect(await legsOf(t, newer.id)).toEqual([
      ['reversed', 90n, 90n],
      ['reversed', 10n, 10n],
    ])
    expect(await legsOf(t, older.id)).toEqual([
      ['seasoning', 90n, 63n],
      ['booked', 10n, 7n],
    ])
    const [collection] = older.payments.map((payment) => payment.collectionId)
    expect(await standsOn(t, required(collection, 'one payment'))).toEqual([[null, 30n]])
    await sound()
  })

  it('is owed by the payer where it was spent on no settlement', async () => {
    const t = traded()
    const payIn = await t.paysIn(100)
    const input = { buyer_id: t.buyer, rail: 'ach' as const, amount: usd(70) }
    await postTransaction(t.ctx, { recipe: refundPay, input, cause: 'refund', reference: 'refund', effectiveAt: START })
    await t.comesBack(payIn)
    expect(await t.held()).toEqual({ 'platform:cash.ach': -70, 'buyer:receivable': 70 })
    await sound()
    // What it pays in next goes to its debt first, and stands for it when another pay-in comes back.
    const next = await t.paysIn(100)
    expect(await t.held()).toEqual({ 'platform:cash.ach': 30, 'buyer:available': 30 })
    await sound()
    await t.comesBack(next)
    expect(await t.held()).toEqual({ 'platform:cash.ach': -70, 'buyer:receivable': 70 })
    await sound()
  })
})

it('does not let a reversed leg mature, and keeps what a seller owes of the next release', async () => {
  const t = traded()
  const payIn = await t.paysIn(100)
  const invoice = t.invoiceOf(100)
  const first = await t.pay(invoice)
  await t.release(first)
  const spent = { party_id: t.one, amount: usd(90) }
  await postTransaction(t.ctx, { recipe: payoutReserve, input: spent, cause: 'p', reference: 'p', effectiveAt: START })
  await t.comesBack(payIn)
  await t.paysIn(100)
  const second = await t.pay(invoice)
  const timers = await db.sql<{ key: string }[]>`select key from timers where tenant_id = ${t.ctx.tenant}`
  expect(timers.map(({ key }) => key)).toEqual(
    second.legs.filter((leg) => leg.state === 'seasoning').map(({ id }) => id),
  )
  for (const { id: legId } of first.legs) await releaseHolding(t.ctx, { settlementId: first.id, legId })
  await t.release(second)
  expect(await t.held()).toEqual({ 'platform:cash.ach': 100, 'platform:fee_revenue': 10, 'one:payout_in_transit': 90 })
  const released = (await emitted(db, HoldingReleased)).filter((it) => it.aggregateId === second.id)
  expect(released.at(-1)?.data).toMatchObject({ amount: usd(0), recouped: usd(90) })
  expect(await readSettlement(t.ctx, second.id)).toMatchObject({ state: 'completed' })
  const journal = await listTransactions(t.ctx, { settlement: second.id, before: null, limit: 20 })
  expect(journal.map(({ recipe }) => recipe).reverse()).toEqual([
    ...['funds.commit', 'invoice.settle', 'holding.release', 'pay_in.return'],
    ...['funds.commit', 'invoice.settle', 'holding.release', 'receivable.recoup'],
  ])
  await sound()
})

it('keeps what a seller owes of a payout that comes back, and counts it as earned no more', async () => {
  const t = traded()
  const payIn = await t.paysIn(100)
  await t.release(await t.pay(t.invoiceOf(100)))
  const cashOut = required((await toldOf(db, t.one))[0], 'it is cashed out on release')
  const payout = payoutFor(cashOut)
  await reservePayout(t.ctx, { payout, cause: 'reserve', effectiveAt: START })
  await t.comesBack(payIn)
  expect(await t.held()).toEqual({ 'one:payout_in_transit': 90, 'one:receivable': 90 })
  await returnPayout(t.ctx, { payout, cause: 'failed', effectiveAt: START })
  expect(await t.held()).toEqual({})
  expect(await readEarnings(t.ctx, t.one, 10)).toEqual([])
  await t.paysIn(50)
  await t.release(await t.pay(t.invoiceOf(50)))
  expect((await readEarnings(t.ctx, t.one, 10)).map((it) => it.amount.amount)).toEqual([45n])
  await sound()
})

it('is undone by its mirror when only the payer gave, and nothing that a settlement stands on is', async () => {
  const t = traded()
  const payIn = await t.paysIn(100)
  await t.comesBack(payIn)
  const booked = async (of: string, name: string) =>
    required(await findByReference(t.ctx, name, of), 'it was booked').id
  const undone = await undoTransaction(t.ctx, await booked(payIn, 'pay_in.return'), 'the bank corrects itself')
  expect(undone.type).toBe('accepted')
  expect(await t.held()).toEqual({ 'platform:cash.ach': 100, 'buyer:available': 100 })
  await sound()
  const spent = await t.paysIn(100)
  const settlement = await t.pay(t.invoiceOf(200))
  await t.release(settlement)
  const [leg] = settlement.legs
  const [payment] = settlement.payments
  await t.comesBack(spent)
  for (const [of, name] of [
    [spent, 'pay_in.return'],
    [payment?.collectionId, 'funds.commit'],
    [payment?.collectionId, 'invoice.settle'],
    [leg?.id, 'holding.release'],
  ] as const) {
    const undo = undoTransaction(t.ctx, await booked(of ?? '', name), `undo ${name}`)
    await expectRejection(undo, 'ledger.undo-breaks-settlement')
  }
})

it('drops the timer of a leg that is taken back while it seasons', async () => {
  const t = traded()
  const payIn = await t.paysIn(100)
  await t.pay(t.invoiceOf(100))
  await t.comesBack(payIn)
  expect(await db.sql`select key from timers where tenant_id = ${t.ctx.tenant}`).toHaveLength(0)
})

it('is done once, whoever asks again, and refuses what never cleared or belongs to another', async () => {
  const t = traded()
  const payIn = await t.paysIn(100)
  await t.comesBack(payIn)
  const again = { payInId: payIn, payer: t.buyer, reasonCode: 'R02', cause: 'again', returnedAt: START }
  await returnPayIn(t.ctx, again)
  expect((await emitted(db, PayInReversed)).filter((it) => it.aggregateId === payIn)).toHaveLength(1)
  const unknown = 'ledger.pay-in-unknown'
  await expectRejection(returnPayIn(t.ctx, { ...again, payInId: nextId('payIn') }), unknown)
  const other = await t.paysIn(100)
  await expectRejection(returnPayIn(t.ctx, { ...again, payInId: other, payer: t.one }), unknown)
  await expectRejection(returnPayIn(freshContext(db), { ...again, payInId: other }), unknown)
})

it('takes a pay-in back exactly once from a buyer whose other payments are settled and released at that moment', async () => {
  for (let round = 0; round < 5; round += 1) {
    const t = traded()
    const [one, two] = [await t.paysIn(100), await t.paysIn(100)]
    const settled = await t.pay(t.invoiceOf(50))
    const waiting = t.invoiceOf(70)
    const collection = await t.commitTo(waiting)
    t.ctx.clock.advance(2 * DAY_MS)
    await Promise.all([
      t.comesBack(one),
      t.settle(waiting, collection),
      t.commitTo(t.invoiceOf(30)),
      t.release(settled),
      t.comesBack(two),
    ])
    const { 'platform:cash.ach': cash = 0 } = await t.held()
    expect(cash).toBe(0)
    await sound()
  }
})
