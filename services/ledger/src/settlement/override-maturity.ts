import { schedule } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import { assert, refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { toWire } from '@draupnir/money'
import { emit } from '@draupnir/outbox'
import type { Instant } from '@draupnir/time'
import { HoldingMaturityOverridden } from '@draupnir/wire'
import { lockSettlement } from './settlement.store.ts'
import { type Settlement, standing } from './settlement.ts'
import { HOLDING_MATURE } from './timer-kinds.ts'
import {
  type MaturityOverride,
  overridesOf,
  saveMaturity,
  type Tranche,
  type TrancheFilter,
  tranchesOf,
} from './tranche.store.ts'

export interface OverrideMaturity {
  readonly settlementId: Id<'settlement'>
  readonly legId: Id<'settlementLeg'>
  readonly dueAt: Instant
  readonly reason: string
}

/** Lets a seasoning leg mature earlier or later than the policy says, and tells who did it and why. Refuses `ledger.leg-not-seasoning`. */
export function overrideMaturity(ctx: Context, input: OverrideMaturity): Promise<Settlement> {
  return transact(ctx, async (ctx) => {
    const { settlementId, legId, dueAt, reason } = input
    const settlement = await lockSettlement(ctx, settlementId)
    const leg = settlement?.legs.find((it) => it.id === legId)
    if (settlement === null || leg === undefined) refuse('request.not-found', { id: legId })
    if (leg.state !== 'seasoning') refuse('ledger.leg-not-seasoning', { leg_id: legId, state: leg.state })
    const { partyId, dueAt: dueBefore } = leg
    assert(partyId !== null && dueBefore !== null, 'what seasons belongs to somebody and matures')
    const override = {
      ...{ leg_id: legId, due_before: dueBefore, due_at: dueAt, reason },
      ...{ overridden_by: ctx.actor, overridden_at: ctx.now() },
    }
    await saveMaturity(ctx, override)
    const data = { settlement_id: settlementId, leg_id: legId }
    await schedule(ctx, { kind: HOLDING_MATURE, key: legId, dueAt, data })
    const told = { settlement_id: settlementId, party_id: partyId, amount: toWire(standing(leg)), ...override }
    await emit(ctx, HoldingMaturityOverridden, { data: told })
    return { ...settlement, legs: settlement.legs.map((it) => (it.id === legId ? { ...it, dueAt } : it)) }
  })
}

/** What of a party is still seasoning, the next to mature first. */
export function listTranches(ctx: Context, filter: TrancheFilter): Promise<Tranche[]> {
  return tranchesOf(ctx, filter)
}

/** Who let each leg mature at another time, the first first. */
export async function overridesByLeg(
  ctx: Context,
  legIds: readonly Id<'settlementLeg'>[],
): Promise<ReadonlyMap<Id<'settlementLeg'>, readonly MaturityOverride[]>> {
  return Map.groupBy(await overridesOf(ctx, legIds), (it) => it.leg_id)
}
