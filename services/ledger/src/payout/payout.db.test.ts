import type { Id } from '@draupnir/ids'
import { emitted, expectRejection, nextId } from '@draupnir/testing'
import { PayoutRefused, PayoutReserved } from '@draupnir/wire'
import { describe, expect, it } from 'vitest'
import { books, freshContext, fund, ledgerDatabase, payoutOf, START } from '../service.fixture.ts'
import { reservePayout } from './reserve-payout.ts'
import { returnPayout } from './return-payout.ts'
import { settlePayout } from './settle-payout.ts'

const { db } = await ledgerDatabase()

async function reserved(amount = 90) {
  const ctx = freshContext(db)
  const seller = nextId('party')
  await fund(ctx, seller, 100)
  const payout = await payoutOf(ctx, seller, amount)
  await reservePayout(ctx, { payout, cause: 'requested', effectiveAt: START })
  return { ctx, seller, payout }
}

function said<D>(events: readonly { aggregateId: string; data: D }[], id: Id<'payout'>): D[] {
  return events.filter((event) => event.aggregateId === id).map((event) => event.data)
}

describe('reservePayout', () => {
  it('takes the funds out of the available balance and says so', async () => {
    const { ctx, seller, payout } = await reserved()
    expect(await books(ctx)).toEqual({
      'platform:cash.ach:USD': 100n,
      [`${seller}:available:USD`]: 10n,
      [`${seller}:payout_in_transit:USD`]: 90n,
    })
    expect(said(await emitted(db, PayoutReserved), payout.id)).toMatchObject([{ amount: payout.amount }])
  })

  it('says no, with what is available, to more than there is', async () => {
    const { payout } = await reserved(101)
    expect(said(await emitted(db, PayoutReserved), payout.id)).toEqual([])
    expect(said(await emitted(db, PayoutRefused), payout.id)).toMatchObject([
      { available: { amount: '100', currency: 'USD' }, code: 'ledger.balance-insufficient' },
    ])
  })

  it('refuses to reserve one payout for two reasons', async () => {
    const { ctx, payout } = await reserved(10)
    const again = reservePayout(ctx, { payout, cause: 'another', effectiveAt: START })
    await expectRejection(again, 'ledger.reference-reused')
  })
})

describe('returnPayout', () => {
  it('gives back what is in transit', async () => {
    const { ctx, seller, payout } = await reserved()
    await returnPayout(ctx, { payout, cause: 'failed', effectiveAt: START })
    expect(await books(ctx)).toEqual({ 'platform:cash.ach:USD': 100n, [`${seller}:available:USD`]: 100n })
  })

  it('gives back what had left the bank', async () => {
    const { ctx, seller, payout } = await reserved()
    await settlePayout(ctx, { payout, cause: 'settled', effectiveAt: START })
    expect(await books(ctx)).toEqual({ 'platform:cash.ach:USD': 10n, [`${seller}:available:USD`]: 10n })
    await returnPayout(ctx, { payout, cause: 'returned', effectiveAt: START })
    expect(await books(ctx)).toEqual({ 'platform:cash.ach:USD': 100n, [`${seller}:available:USD`]: 100n })
  })

  it('stays quiet for a payout that reserved nothing', async () => {
    const ctx = freshContext(db)
    const payout = await payoutOf(ctx, nextId('party'), 5)
    expect(await returnPayout(ctx, { payout, cause: 'failed', effectiveAt: START })).toBeNull()
    expect(await books(ctx)).toEqual({})
  })

  it('refuses to give back twice', async () => {
    const { ctx, payout } = await reserved()
    await returnPayout(ctx, { payout, cause: 'failed', effectiveAt: START })
    const again = returnPayout(ctx, { payout, cause: 'failed again', effectiveAt: START })
    await expectRejection(again, 'ledger.reference-reused')
  })
})
