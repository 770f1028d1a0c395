import { required } from '@draupnir/errors'
import { money } from '@draupnir/money'
import { deliverOutOfOrder, deliverTwice, eventSource, nextId } from '@draupnir/testing'
import {
  type BankAccount,
  BankAccountRegistered,
  type Envelope,
  type EventDefinition,
  type Payout,
  PayoutFailed,
  PayoutRequested,
  PayoutSettled,
} from '@draupnir/wire'
import { describe, expect, it } from 'vitest'
import {
  availableOf,
  books,
  freshContext,
  ledgerConsumer,
  ledgerDatabase,
  payoutOf,
  START,
} from '../service.fixture.ts'
import { verify } from '../verify/verify.ts'
import { earn, payoutFor, toldOf } from './cash-out.fixture.ts'
import { readCashOut } from './read-cash-out.ts'
import { requestCashOut } from './request-cash-out.ts'
import { readCashOutPolicy, setCashOutPolicy } from './set-cash-out-policy.ts'

const { db } = await ledgerDatabase()
const WAYS = [
  ['delivered twice', deliverTwice],
  ['delivered last first', deliverOutOfOrder],
] as const

/** A seller whose 90 cents were released and are to be cashed out. */
async function world() {
  const ctx = freshContext(db)
  const partyId = nextId('party')
  const source = eventSource({ tenant: ctx.tenant, at: START })
  const next = <D>(event: EventDefinition<D>, data: D): Envelope => source.next(event, data)
  const leg = await earn(ctx, partyId, 100)
  const cashOut = required((await toldOf(db, partyId))[0], 'it was told')
  const payout = payoutFor(cashOut)
  const told = async () => (await toldOf(db, partyId)).map((it) => Number(it.amount.amount))
  const consumer = ledgerConsumer(db, ctx.clock)
  return { ctx, partyId, next, leg, cashOut, payout, told, consumer }
}

const settled = (payout: Payout): Payout => ({ ...payout, state: 'settled', settled_at: START })
const failed = (payout: Payout): Payout => ({ ...payout, state: 'failed', failure: 'returned: R03' })

describe.each(WAYS)('a payout, %s', (_, bring) => {
  it('reserves its cash-out, then pays it out', async () => {
    const { ctx, partyId, next, cashOut, payout, consumer } = await world()
    await bring(consumer, [next(PayoutRequested, { payout })])
    expect(await readCashOut(ctx, cashOut.id)).toMatchObject({ state: 'reserved', payoutId: payout.id })
    await bring(consumer, [next(PayoutSettled, { payout: settled(payout) })])
    expect(await readCashOut(ctx, cashOut.id)).toMatchObject({ state: 'paid_out', endedAt: ctx.now() })
    expect(await availableOf(ctx, `${partyId}:available:USD`)).toBe(0n)
  })

  it('that fails frees what it took, and pauses the schedule', async () => {
    const { ctx, partyId, next, cashOut, payout, told, consumer } = await world()
    await bring(consumer, [next(PayoutRequested, { payout }), next(PayoutFailed, { payout: failed(payout) })])
    expect(await readCashOut(ctx, cashOut.id)).toMatchObject({ state: 'failed', failure: 'returned: R03' })
    expect(await availableOf(ctx, `${partyId}:available:USD`)).toBe(90n)
    expect(await readCashOutPolicy(ctx, partyId)).toMatchObject({
      pause: { cashOutId: cashOut.id, reason: 'returned: R03' },
    })
    await earn(ctx, partyId, 200)
    expect(await told()).toEqual([90])
    expect((await verify({ db })).filter((check) => !check.ok)).toEqual([])
  })

  it('that comes back after it was executed frees what it took too', async () => {
    const { ctx, partyId, next, cashOut, payout, told, consumer } = await world()
    await bring(consumer, [
      next(PayoutRequested, { payout }),
      next(PayoutSettled, { payout: settled(payout) }),
      next(PayoutFailed, { payout: failed(settled(payout)) }),
    ])
    expect(await readCashOut(ctx, cashOut.id)).toMatchObject({ state: 'failed' })
    expect(await availableOf(ctx, `${partyId}:available:USD`)).toBe(90n)
    expect(await told()).toEqual([90])
  })

  it('goes on once, to another bank account', async () => {
    const { partyId, next, leg, payout, told, consumer, ctx } = await world()
    await bring(consumer, [next(PayoutRequested, { payout }), next(PayoutFailed, { payout: failed(payout) })])
    const bank_account: BankAccount = {
      id: nextId('bankAccount'),
      party_id: partyId,
      currency: 'USD',
      account_type: 'checking',
      last4: '6789',
      state: 'active',
      failure: null,
    }
    await bring(consumer, [next(BankAccountRegistered, { bank_account })])
    expect(await told()).toEqual([90, 90])
    expect((await toldOf(db, partyId))[1]?.legs).toMatchObject([{ leg_id: leg.legId }])
    expect(await readCashOutPolicy(ctx, partyId)).toMatchObject({ pause: null })
    await bring(consumer, [
      next(BankAccountRegistered, { bank_account: { ...bank_account, id: nextId('bankAccount') } }),
    ])
    expect(await told()).toEqual([90, 90])
  })
})

it('goes on when somebody sets the policy again, and lets a person ask while it is paused', async () => {
  const { ctx, partyId, next, payout, told, consumer } = await world()
  await deliverTwice(consumer, [next(PayoutRequested, { payout }), next(PayoutFailed, { payout: failed(payout) })])
  await requestCashOut(ctx, { partyId, currency: 'USD', amount: money(30n, 'USD') })
  expect(await told()).toEqual([90, 30])
  await setCashOutPolicy(ctx, { partyId, schedule: { kind: 'on_release' }, minimum: null })
  expect(await told()).toEqual([90, 30, 60])
})

it('fails when the funds are gone, pauses nothing, and comes with the next release', async () => {
  const { ctx, partyId, next, cashOut, payout, told, consumer } = await world()
  // As a claw-back would: 80 of the promised 90 are taken away.
  const other = await payoutOf(ctx, partyId, 80)
  await deliverTwice(consumer, [next(PayoutRequested, { payout: other })])
  await deliverTwice(consumer, [next(PayoutRequested, { payout })])
  expect(await readCashOut(ctx, cashOut.id)).toMatchObject({ state: 'failed', failure: 'ledger.balance-insufficient' })
  expect(await readCashOutPolicy(ctx, partyId)).toMatchObject({ pause: null })
  await earn(ctx, partyId, 100)
  expect(await told()).toEqual([90, 100])
  expect(await books(ctx)).toMatchObject({ [`${partyId}:payout_in_transit:USD`]: 80n })
})
