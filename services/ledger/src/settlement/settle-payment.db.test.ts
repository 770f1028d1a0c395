import { required } from '@draupnir/errors'
import { emitted, expectRejection, nextId } from '@draupnir/testing'
import { addMs, DAY_MS } from '@draupnir/time'
import { HoldingReleased, SettlementCompleted, SettlementOpened } from '@draupnir/wire'
import { describe, expect, it } from 'vitest'
import { books, collect, freshContext, ledgerDatabase, paidInvoice, START, usd } from '../service.fixture.ts'
import { verify } from '../verify/verify.ts'
import { releaseHolding } from './release-holding.ts'
import { settlePayment } from './settle-payment.ts'

const { db } = await ledgerDatabase()
const MATURE = addMs(START, 2 * DAY_MS)

async function settled(sales: Parameters<typeof paidInvoice>[0], over: Parameters<typeof paidInvoice>[1] = {}) {
  const ctx = freshContext(db)
  const invoice = paidInvoice(sales, over)
  const collectionId = await collect(ctx, invoice)
  const input = { invoice, collectionId, cause: `paid-${invoice.id}`, paidAt: START }
  const settlement = required(await settlePayment(ctx, input), 'an invoice of something is settled')
  return { ctx, invoice, input, settlement }
}

async function of<D>(list: Promise<{ aggregateId: string; data: D }[]>, id: string): Promise<D[]> {
  return (await list).filter((event) => event.aggregateId === id).map((event) => event.data)
}

describe('settlePayment', () => {
  it('splits what is committed into seasoning legs and the fee, and tells of it', async () => {
    const [one, two] = [nextId('party'), nextId('party')]
    const { ctx, invoice, settlement } = await settled([
      [one, 1000],
      [two, 333],
      [one, 5],
    ])
    expect(await books(ctx)).toEqual({
      'platform:cash.ach:USD': 1338n,
      [`${one}:pay_in_holding:USD`]: 905n,
      [`${two}:pay_in_holding:USD`]: 300n,
      'platform:fee_revenue:USD': 133n,
    })
    const [opened] = await of(emitted(db, SettlementOpened), settlement.id)
    expect(opened?.settlement).toMatchObject({
      invoice_id: invoice.id,
      gross: usd(1338),
      state: 'seasoning',
      legs: [
        { kind: 'seller_net', to: `${one}:pay_in_holding:USD`, amount: usd(905), state: 'seasoning', due_at: MATURE },
        { kind: 'seller_net', to: `${two}:pay_in_holding:USD`, amount: usd(300), state: 'seasoning', due_at: MATURE },
        { kind: 'platform_fee', to: 'platform:fee_revenue:USD', amount: usd(133), state: 'booked', due_at: null },
      ],
    })
  })

  it('gives partners, referrers and hosts their shares, which season and are released like a seller’s', async () => {
    const [seller, partner, referrer, host] = [nextId('party'), nextId('party'), nextId('party'), nextId('party')]
    const splits = [
      { party_id: partner, role: 'partner' as const, rate: '0.05' },
      { party_id: referrer, role: 'referral' as const, rate: '0.01' },
      { party_id: host, role: 'hosting' as const, rate: '0.125' },
    ]
    const { ctx, settlement } = await settled([[seller, 1_000]], { splits })
    expect(await books(ctx)).toEqual({
      'platform:cash.ach:USD': 1_000n,
      [`${seller}:pay_in_holding:USD`]: 715n,
      [`${partner}:holding:USD`]: 50n,
      [`${referrer}:holding:USD`]: 10n,
      [`${host}:holding:USD`]: 125n,
      'platform:fee_revenue:USD': 100n,
    })
    expect(settlement.legs).toMatchObject([
      { kind: 'seller_net', state: 'seasoning', dueAt: MATURE },
      { kind: 'partner', state: 'seasoning', dueAt: MATURE },
      { kind: 'referral', state: 'seasoning', dueAt: MATURE },
      { kind: 'host', state: 'seasoning', dueAt: MATURE },
      { kind: 'platform_fee', state: 'booked' },
    ])
    ctx.clock.set(MATURE)
    for (const leg of settlement.legs) await releaseHolding(ctx, { settlementId: settlement.id, legId: leg.id })
    expect(await books(ctx)).toMatchObject({
      [`${seller}:available:USD`]: 715n,
      [`${partner}:available:USD`]: 50n,
      [`${referrer}:available:USD`]: 10n,
      [`${host}:available:USD`]: 125n,
    })
    const [row] = await db.sql<{ lines: object[] }[]>`select lines from settlements where id = ${settlement.id}`
    const kept = [
      { kind: 'partner', partyId: partner, amount: usd(50) },
      { kind: 'referral', partyId: referrer, amount: usd(10) },
      { kind: 'host', partyId: host, amount: usd(125) },
    ]
    expect(row?.lines).toMatchObject([{ net: usd(715), fee: usd(100), others: kept }])
    expect((await verify({ db })).filter((check) => !check.ok)).toEqual([])
  })

  it('keeps the split of each line, as it was computed', async () => {
    const seller = nextId('party')
    const { settlement } = await settled([
      [seller, 5],
      [seller, 5],
    ])
    const [row] = await db.sql<{ lines: object[] }[]>`select lines from settlements where id = ${settlement.id}`
    expect(row?.lines).toMatchObject([
      { amount: usd(5), fee: usd(0), net: usd(5) },
      { amount: usd(5), fee: usd(0), net: usd(5) },
    ])
  })

  it('sets a durable timer for each seasoning leg', async () => {
    const { ctx, settlement } = await settled([
      [nextId('party'), 10],
      [nextId('party'), 20],
    ])
    const timers = await db.sql<{ key: string; due_at: string }[]>`
      select key, due_at from timers where tenant_id = ${ctx.tenant} order by key`
    const legs = settlement.legs.filter((leg) => leg.state === 'seasoning')
    expect(timers).toEqual(legs.map((leg) => ({ key: leg.id, due_at: MATURE })))
  })

  it('is complete at once when nobody has to wait', async () => {
    const { settlement } = await settled([[nextId('party'), 100]], { platform_fee_rate: '1' })
    expect(settlement).toMatchObject({ state: 'completed', completedAt: START })
    expect(await of(emitted(db, SettlementCompleted), settlement.id)).toHaveLength(1)
  })

  it('stays quiet for an invoice of nothing, and for one that is settled', async () => {
    const { ctx, input, settlement } = await settled([[nextId('party'), 100]])
    expect(await settlePayment(ctx, input)).toMatchObject({ id: settlement.id })
    expect(await of(emitted(db, SettlementOpened), settlement.id)).toHaveLength(1)
    const nothing = paidInvoice([[nextId('party'), 0]])
    expect(await settlePayment(ctx, { ...input, invoice: nothing, cause: 'nothing' })).toBeNull()
  })

  it('refuses funds that were not committed to this very collection', async () => {
    const { ctx, invoice, input } = await settled([[nextId('party'), 100]])
    const other = { ...input, invoice: { ...invoice, id: nextId('invoice') }, cause: 'other' }
    await expectRejection(settlePayment(ctx, { ...other, collectionId: null }), 'ledger.collection-unknown')
    const unknown = settlePayment(ctx, { ...other, collectionId: nextId('collection') })
    await expectRejection(unknown, 'ledger.collection-unknown')
    await expectRejection(
      settlePayment(ctx, { ...other, collectionId: input.collectionId }),
      'ledger.collection-unknown',
    )
  })

  it('refuses lines that do not add up, and leaves what is committed', async () => {
    const ctx = freshContext(db)
    const invoice = paidInvoice([[nextId('party'), 100]], { total: usd(101) })
    const collectionId = await collect(ctx, invoice)
    const work = settlePayment(ctx, { invoice, collectionId, cause: 'paid', paidAt: START })
    await expectRejection(work, 'ledger.invoice-unbalanced')
    expect(await books(ctx)).toMatchObject({ [`${invoice.buyer_id}:committed:USD`]: 101n })
  })
})

describe('releaseHolding', () => {
  it('gives a matured leg to its seller, and completes the settlement with the last', async () => {
    const [one, two] = [nextId('party'), nextId('party')]
    const { ctx, settlement } = await settled([
      [one, 100],
      [two, 200],
    ])
    ctx.clock.set(MATURE)
    const ids = settlement.legs.filter((leg) => leg.partyId !== null).map((leg) => leg.id)
    for (const [index, legId] of ids.entries()) {
      const after = await releaseHolding(ctx, { settlementId: settlement.id, legId })
      expect(after.state).toBe(index === 0 ? 'seasoning' : 'completed')
    }
    expect(await books(ctx)).toEqual({
      'platform:cash.ach:USD': 300n,
      'platform:fee_revenue:USD': 30n,
      [`${one}:available:USD`]: 90n,
      [`${two}:available:USD`]: 180n,
    })
    const released = await of(emitted(db, HoldingReleased), settlement.id)
    expect(released).toMatchObject([
      { leg_id: ids[0], party_id: one, amount: usd(90), released_at: MATURE },
      { leg_id: ids[1], party_id: two, amount: usd(180), released_at: MATURE },
    ])
    const [completed] = await of(emitted(db, SettlementCompleted), settlement.id)
    expect(completed?.settlement).toMatchObject({ state: 'completed', completed_at: MATURE })
    expect((await verify({ db })).filter((check) => !check.ok)).toEqual([])
  })

  it('refuses before maturity', async () => {
    const { ctx, settlement } = await settled([[nextId('party'), 100]])
    const leg = required(settlement.legs[0], 'there is a leg')
    ctx.clock.set(addMs(MATURE, -1))
    const early = releaseHolding(ctx, { settlementId: settlement.id, legId: leg.id })
    await expectRejection(early, 'ledger.holding-not-mature', { leg_id: leg.id, due_at: MATURE })
  })

  it('stays quiet when the seller has it, also when two ask at once', async () => {
    const { ctx, settlement } = await settled([[nextId('party'), 100]])
    const leg = required(settlement.legs[0], 'there is a leg')
    ctx.clock.set(MATURE)
    const ask = { settlementId: settlement.id, legId: leg.id }
    await Promise.all([releaseHolding(ctx, ask), releaseHolding(ctx, ask)])
    await releaseHolding(ctx, ask)
    expect(await of(emitted(db, HoldingReleased), settlement.id)).toHaveLength(1)
    expect(await of(emitted(db, SettlementCompleted), settlement.id)).toHaveLength(1)
  })

  it("does not find another marketplace's leg", async () => {
    const { settlement } = await settled([[nextId('party'), 100]])
    const leg = required(settlement.legs[0], 'there is a leg')
    const stranger = releaseHolding(freshContext(db), { settlementId: settlement.id, legId: leg.id })
    await expectRejection(stranger, 'request.not-found')
  })
})
