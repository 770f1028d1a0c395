import { required } from '@draupnir/errors'
import { emitted, expectRejection, nextId } from '@draupnir/testing'
import { addMs, DAY_MS } from '@draupnir/time'
import { SettlementCompleted, SettlementOpened, SettlementPaymentSettled } from '@draupnir/wire'
import { expect, it } from 'vitest'
import { books, commit, freshContext, fund, ledgerDatabase, paidInvoice, START, usd } from '../service.fixture.ts'
import { verify } from '../verify/verify.ts'
import { releaseHolding } from './release-holding.ts'
import { settlePayment } from './settle-payment.ts'

const { db } = await ledgerDatabase()

/** An invoice of two sellers, 100.01 and 200.00, at a fee of 10 %, of which nothing is paid yet. */
async function owed() {
  const ctx = freshContext(db)
  const [one, two] = [nextId('party'), nextId('party')]
  const invoice = paidInvoice([
    [one, 10_001],
    [two, 20_000],
  ])
  const { id: invoice_id, contract_id, buyer_id: buyer } = invoice
  await fund(ctx, buyer, 30_001)
  const pay = async (amount: number, paidAt = START) => {
    const collectionId = await commit(ctx, buyer, amount, { invoice_id, contract_id })
    const settled = await settlePayment(ctx, { invoice, collectionId, cause: `paid-${collectionId}`, paidAt })
    return required(settled, 'an invoice of something is settled')
  }
  return { ctx, one, two, invoice, pay }
}

it('settles a part in proportion, and the last payment takes exactly the rest of each share', async () => {
  const { ctx, one, two, pay } = await owed()
  const first = await pay(1_000)
  expect(first).toMatchObject({
    state: 'seasoning',
    gross: { amount: 30_001n },
    payments: [{ amount: { amount: 1_000n } }],
  })
  expect(await books(ctx)).toMatchObject({
    [`${one}:pay_in_holding:USD`]: 300n,
    [`${two}:pay_in_holding:USD`]: 600n,
    'platform:fee_revenue:USD': 100n,
  })
  const second = await pay(29_001)
  expect(second.id).toBe(first.id)
  // 10 % of 100.01 is 10.00: the fee is taken by line, as if everything had been paid at once.
  expect(await books(ctx)).toEqual({
    'platform:cash.ach:USD': 30_001n,
    [`${one}:pay_in_holding:USD`]: 9_001n,
    [`${two}:pay_in_holding:USD`]: 18_000n,
    'platform:fee_revenue:USD': 3_000n,
  })
  expect(second.legs.map((leg) => [leg.share, leg.amount.amount])).toEqual([
    [0, 300n],
    [1, 600n],
    [2, 100n],
    [0, 8_701n],
    [1, 17_400n],
    [2, 2_900n],
  ])
  expect((await verify({ db })).filter((check) => !check.ok)).toEqual([])
})

it('lets each part season by itself, and is complete when all is paid and released', async () => {
  const { ctx, one, pay } = await owed()
  const first = await pay(3_000)
  ctx.clock.advance(2 * DAY_MS)
  const release = async (settlement: typeof first) => {
    for (const { id: legId, state } of settlement.legs) {
      if (state === 'seasoning') await releaseHolding(ctx, { settlementId: settlement.id, legId })
    }
  }
  await release(first)
  expect(await books(ctx)).toMatchObject({ [`${one}:available:USD`]: 900n })
  const completed = async () => (await emitted(db, SettlementCompleted)).filter((it) => it.aggregateId === first.id)
  expect(await completed()).toEqual([])
  const second = await pay(27_001, addMs(START, 2 * DAY_MS))
  expect(second.legs.map((leg) => leg.state)).toEqual([
    'released',
    'released',
    'booked',
    'seasoning',
    'seasoning',
    'booked',
  ])
  ctx.clock.advance(2 * DAY_MS)
  await release(second)
  expect(await completed()).toHaveLength(1)
})

it('tells of the first payment as the opening, and of each further one', async () => {
  const { pay } = await owed()
  const { id } = await pay(100)
  await pay(200)
  await pay(300)
  const of = <D>(list: { aggregateId: string; data: D }[]) => list.filter((it) => it.aggregateId === id)
  expect(of(await emitted(db, SettlementOpened))).toHaveLength(1)
  expect(of(await emitted(db, SettlementPaymentSettled))).toMatchObject([
    { data: { payment: { amount: usd(200) }, settlement: { settled: usd(300), gross: usd(30_001) } } },
    { data: { payment: { amount: usd(300) }, settlement: { settled: usd(600) } } },
  ])
})

it('refuses more than is open, and books nothing', async () => {
  const { ctx, invoice, pay } = await owed()
  await pay(30_000)
  await fund(ctx, invoice.buyer_id, 100)
  await expectRejection(pay(2), 'ledger.payment-exceeds-open', { amount: '2', open: '1' })
  expect(await books(ctx)).toMatchObject({ [`${invoice.buyer_id}:committed:USD`]: 2n })
})
