import { type Context, transact } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { subtract, toWire } from '@draupnir/money'
import { emit } from '@draupnir/outbox'
import type { Instant } from '@draupnir/time'
import { HoldingReleased, SettlementCompleted } from '@draupnir/wire'
import { cashOutReleased } from '../cash-out/cash-out-released.ts'
import { holdingRelease } from '../recipe/holding-release.recipe.ts'
import { postTransaction } from '../transaction/post-transaction.ts'
import { recoup } from '../wallet/recoup.ts'
import { recoupEarnings } from './earnings.ts'
import { lockSettlement, saveLegs, saveState } from './settlement.store.ts'
import { type Leg, releaseLeg, type Settlement, standing } from './settlement.ts'
import { wireSettlement } from './settlement.wire.ts'
import { HOLDING_MATURE } from './timer-kinds.ts'

export interface ReleaseHolding {
  readonly settlementId: Id<'settlement'>
  readonly legId: Id<'settlementLeg'>
}

/** Gives a matured leg to its party; quiet when it has it already. Refuses `ledger.holding-not-mature`. */
export function releaseHolding(ctx: Context, { settlementId, legId }: ReleaseHolding): Promise<Settlement> {
  return transact(ctx, async (ctx) => {
    const settlement = await lockSettlement(ctx, settlementId)
    const leg = settlement?.legs.find((it) => it.id === legId)
    if (settlement === null || leg === undefined) refuse('request.not-found', { id: legId })
    const { partyId, dueAt } = leg
    if (leg.state !== 'seasoning' || partyId === null || dueAt === null) return settlement
    if (ctx.now() < dueAt) refuse('ledger.holding-not-mature', { leg_id: legId, due_at: dueAt })
    return release(ctx, settlement, { ...leg, partyId, dueAt })
  })
}

async function release(
  ctx: Context,
  settlement: Settlement,
  leg: Leg & { partyId: Id<'party'>; dueAt: Instant },
): Promise<Settlement> {
  const amount = toWire(standing(leg))
  const transaction = await postTransaction(ctx, {
    recipe: holdingRelease,
    input: { party_id: leg.partyId, amount, from: leg.to.name === 'holding' ? 'holding' : 'pay_in_holding' },
    cause: `${HOLDING_MATURE}/${leg.id}`,
    reference: leg.id,
    effectiveAt: leg.dueAt,
  })
  const after = releaseLeg(settlement, leg.id, transaction.id, ctx.now())
  await saveLegs(
    ctx,
    after.legs.filter((it) => it.id === leg.id),
  )
  await saveState(ctx, after)
  const credit = { partyId: leg.partyId, credited: standing(leg), reference: leg.id, effectiveAt: leg.dueAt }
  const recouped = await recoup(ctx, { ...credit, cause: `${HOLDING_MATURE}/${leg.id}` })
  await recoupEarnings(ctx, leg.partyId, recouped)
  await emit(ctx, HoldingReleased, {
    data: {
      settlement_id: settlement.id,
      leg_id: leg.id,
      party_id: leg.partyId,
      amount: toWire(subtract(standing(leg), recouped)),
      recouped: toWire(recouped),
      transaction_id: transaction.id,
      released_at: ctx.now(),
    },
  })
  if (after.state === 'completed') {
    await emit(ctx, SettlementCompleted, { data: { settlement: wireSettlement(after) } })
  }
  await cashOutReleased(ctx, leg.partyId)
  return after
}
