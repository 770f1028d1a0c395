import { required } from '@draupnir/errors'
import { expectRejection, nextId } from '@draupnir/testing'
import { addMs, DAY_MS, duration } from '@draupnir/time'
import { describe, expect, it } from 'vitest'
import { commit, freshContext, fund, ledgerDatabase, paidInvoice, payIn, START } from '../service.fixture.ts'
import { readSettlement } from '../settlement/read-settlement.ts'
import { settlePayment } from '../settlement/settle-payment.ts'
import { rateRisk, readRatings } from './rate-risk.ts'
import { DEFAULT_POLICY } from './seasoning.ts'
import { readSeasoningPolicy, setSeasoningPolicy } from './set-seasoning-policy.ts'

const { db } = await ledgerDatabase()
type Ctx = ReturnType<typeof freshContext>

/** Pays 100 cents of an invoice of each seller out of what was paid in, and says how the legs season. */
async function sell(
  ctx: Ctx,
  sellers: readonly ReturnType<typeof party>[],
  paidIn: readonly ['ach' | 'wire', number][],
) {
  const invoice = paidInvoice(sellers.map((seller) => [seller, 100] as const))
  const { id: invoice_id, contract_id, buyer_id } = invoice
  for (const [rail, amount] of paidIn) await payIn(ctx, buyer_id, amount, rail)
  const collectionId = await commit(ctx, buyer_id, 100 * sellers.length, { invoice_id, contract_id })
  const input = { invoice, collectionId, cause: `paid-${invoice.id}`, paidAt: ctx.now() }
  const { id } = required(await settlePayment(ctx, input), 'it is settled')
  const { legs } = await readSettlement(ctx, id)
  return sellers.map((seller) => {
    const leg = required(
      legs.find(({ partyId }) => partyId === seller),
      'each seller has a leg',
    )
    return { dueAt: leg.dueAt, ...leg.seasoning }
  })
}

const party = () => nextId('party')
const days = (n: number) => addMs(START, n * DAY_MS)
const rules = (standard: string) => ({
  ...DEFAULT_POLICY.rules,
  ach: { ...DEFAULT_POLICY.rules.ach, standard: duration(standard) },
})

describe('a leg', () => {
  it('seasons by the rail that paid, the longest when several did', async () => {
    const ctx = freshContext(db)
    const one = { tier: 'standard', policyVersion: 1 }
    expect(await sell(ctx, [party()], [['wire', 100]])).toEqual([{ ...one, rail: 'wire', dueAt: START }])
    expect(await sell(ctx, [party()], [['ach', 100]])).toEqual([{ ...one, rail: 'ach', dueAt: days(2) }])
    const both = [
      ['wire', 99],
      ['ach', 1],
    ] as const
    expect(
      await sell(
        ctx,
        [party()],
        both.map((it) => [...it]),
      ),
    ).toEqual([{ ...one, rail: 'ach', dueAt: days(2) }])
  })

  it('of each seller seasons by its own risk tier', async () => {
    const ctx = freshContext(db)
    const [plain, risky] = [party(), party()]
    await fund(ctx, risky, 1)
    await rateRisk(ctx, { partyId: risky, tier: 'elevated', reason: 'new here' })
    expect(await sell(ctx, [plain, risky], [['ach', 200]])).toMatchObject([
      { tier: 'standard', dueAt: days(2) },
      { tier: 'elevated', dueAt: days(5) },
    ])
  })

  it('matures as it was to when policy and tier change later', async () => {
    const ctx = freshContext(db)
    const seller = party()
    await fund(ctx, seller, 1)
    const before = await sell(ctx, [seller], [['ach', 100]])
    await setSeasoningPolicy(ctx, { rules: rules('P9D'), reason: 'more returns than usual' })
    expect(before).toMatchObject([{ policyVersion: 1, dueAt: days(2) }])
    expect(await sell(ctx, [seller], [['ach', 100]])).toMatchObject([{ policyVersion: 2, dueAt: days(9) }])
    await rateRisk(ctx, { partyId: seller, tier: 'high', reason: 'a claim' })
    await rateRisk(ctx, { partyId: seller, tier: 'trusted', reason: 'a year without a claim' })
    expect(await sell(ctx, [seller], [['ach', 100]])).toMatchObject([{ tier: 'trusted', dueAt: days(1) }])
  })
})

describe('the seasoning policy', () => {
  it('is the default until somebody sets it; each version can be read for ever', async () => {
    const ctx = freshContext(db)
    expect(await readSeasoningPolicy(ctx, null)).toEqual(DEFAULT_POLICY)
    const set = await setSeasoningPolicy(ctx, { rules: rules('P3D'), reason: 'a holiday' })
    expect(set).toMatchObject({ version: 2, reason: 'a holiday', set: { by: 'key_test', at: START } })
    expect(await readSeasoningPolicy(ctx, null)).toEqual(set)
    expect(await readSeasoningPolicy(ctx, 1)).toEqual(DEFAULT_POLICY)
    await expectRejection(readSeasoningPolicy(ctx, 3), 'request.not-found')
  })

  it('stays quiet when nothing changes, and belongs to one marketplace', async () => {
    const ctx = freshContext(db)
    const set = await setSeasoningPolicy(ctx, { rules: rules('P3D'), reason: 'a holiday' })
    expect(await setSeasoningPolicy(ctx, { rules: rules('P3D'), reason: 'again' })).toEqual(set)
    expect(await readSeasoningPolicy(freshContext(db), null)).toEqual(DEFAULT_POLICY)
  })

  it('makes one version of two that are set at once', async () => {
    const ctx = freshContext(db)
    await setSeasoningPolicy(ctx, { rules: rules('P3D'), reason: 'first' })
    const set = (rest: string) => setSeasoningPolicy(ctx, { rules: rules(rest), reason: rest })
    const done = await Promise.allSettled([set('P4D'), set('P5D')])
    const versions = done.flatMap((it) => (it.status === 'fulfilled' ? it.value.version : []))
    expect(new Set(versions).size).toBe(versions.length)
    expect(await readSeasoningPolicy(ctx, null)).toMatchObject({ version: 2 + versions.length })
  })
})

describe('a risk tier', () => {
  it('keeps who said what and why, and stays quiet when it was said last', async () => {
    const ctx = freshContext(db)
    const partyId = party()
    await fund(ctx, partyId, 1)
    expect(await readRatings(ctx, partyId)).toEqual([])
    await rateRisk(ctx, { partyId, tier: 'high', reason: 'a claim' })
    await rateRisk(ctx, { partyId, tier: 'high', reason: 'a claim' })
    ctx.clock.advance(DAY_MS)
    expect(await rateRisk(ctx, { partyId, tier: 'standard', reason: 'settled' })).toEqual([
      { partyId, tier: 'standard', reason: 'settled', by: 'key_test', at: days(1) },
      { partyId, tier: 'high', reason: 'a claim', by: 'key_test', at: START },
    ])
  })

  it('is of a party of this marketplace', async () => {
    const ctx = freshContext(db)
    const partyId = party()
    await fund(ctx, partyId, 1)
    const stranger = freshContext(db)
    await expectRejection(rateRisk(stranger, { partyId, tier: 'high', reason: 'x' }), 'request.not-found')
    await expectRejection(readRatings(stranger, partyId), 'request.not-found')
  })
})
