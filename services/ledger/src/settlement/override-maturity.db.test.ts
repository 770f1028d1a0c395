import { required } from '@draupnir/errors'
import { emitted, expectRejection, nextId } from '@draupnir/testing'
import { addMs, DAY_MS } from '@draupnir/time'
import { HoldingMaturityOverridden } from '@draupnir/wire'
import { expect, it } from 'vitest'
import { books, collect, freshContext, ledgerDatabase, paidInvoice, START } from '../service.fixture.ts'
import { listTranches, overrideMaturity, overridesByLeg } from './override-maturity.ts'
import { releaseHolding } from './release-holding.ts'
import { settlePayment } from './settle-payment.ts'

const { db } = await ledgerDatabase()

async function settled() {
  const ctx = freshContext(db)
  const [one, other] = [nextId('party'), nextId('party')]
  const invoice = paidInvoice([
    [one, 100],
    [other, 200],
  ])
  const collectionId = await collect(ctx, invoice)
  const settlement = required(
    await settlePayment(ctx, { invoice, collectionId, cause: 'paid', paidAt: START }),
    'settled',
  )
  const [leg] = settlement.legs
  return { ctx, seller: one, settlementId: settlement.id, legId: required(leg, 'has legs').id }
}

const everything = { dueBefore: null, after: null, limit: 10 }

it('lists tranches by maturity, and lets one mature earlier for a reason', async () => {
  const { ctx, seller, settlementId, legId } = await settled()
  const twoDays = addMs(START, 2 * DAY_MS)
  expect(await listTranches(ctx, { ...everything, partyId: seller })).toMatchObject([
    {
      id: legId,
      amount: 90n,
      due_at: twoDays,
      rail: 'other',
      risk_tier: 'standard',
      policy_version: 1,
      override_reason: null,
    },
  ])
  expect(await listTranches(ctx, { ...everything, partyId: seller, dueBefore: twoDays })).toEqual([])
  const dueAt = addMs(START, DAY_MS)
  await overrideMaturity(ctx, { settlementId, legId, dueAt, reason: 'a seller of long standing' })
  expect(await listTranches(ctx, { ...everything, partyId: seller })).toMatchObject([
    { due_at: dueAt, overridden_by: 'key_test', override_reason: 'a seller of long standing' },
  ])
  expect(await overridesByLeg(ctx, [legId])).toEqual(
    new Map([[legId, [expect.objectContaining({ due_before: twoDays, due_at: dueAt, overridden_at: START })]]]),
  )
  const told = (await emitted(db, HoldingMaturityOverridden)).filter((event) => event.data.leg_id === legId)
  expect(told.map(({ data }) => data)).toMatchObject([
    { overridden_by: 'key_test', reason: 'a seller of long standing', due_before: twoDays, due_at: dueAt },
  ])
  await expectRejection(releaseHolding(ctx, { settlementId, legId }), 'ledger.holding-not-mature')
  const [timer] = await db.sql<{ due_at: string }[]>`
    select due_at from timers where tenant_id = ${ctx.tenant} and key = ${legId}`
  expect(timer?.due_at).toBe(dueAt)
  ctx.clock.set(dueAt)
  await releaseHolding(ctx, { settlementId, legId })
  expect(await books(ctx)).toMatchObject({ [`${seller}:available:USD`]: 90n })
  expect(await listTranches(ctx, { ...everything, partyId: seller })).toEqual([])
  const late = overrideMaturity(ctx, { settlementId, legId, dueAt, reason: 'too late' })
  await expectRejection(late, 'ledger.leg-not-seasoning')
})
