import { schedule } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import { lockSettlement } from './settlement.store.ts'
import type { Settlement } from './settlement.ts'
import { HOLDING_MATURE } from './timer-kinds.ts'
import { saveMaturity, type Tranche, type TrancheFilter, tranchesOf } from './tranche.store.ts'

export interface OverrideMaturity {
  readonly settlementId: Id<'settlement'>
  readonly legId: Id<'settlementLeg'>
  readonly dueAt: Instant
  readonly reason: string
}

/** Lets a seasoning leg mature earlier or later than the policy says. Refuses `ledger.leg-not-seasoning`. */
export function overrideMaturity(ctx: Context, input: OverrideMaturity): Promise<Settlement> {
  return transact(ctx, async (ctx) => {
    const { settlementId, legId, dueAt, reason } = input
    const settlement = await lockSettlement(ctx, settlementId)
    const leg = settlement?.legs.find((it) => it.id === legId)
    if (settlement === null || leg === undefined) refuse('request.not-found', { id: legId })
    if (leg.state !== 'seasoning') refuse('ledger.leg-not-seasoning', { leg_id: legId, state: leg.state })
    await saveMaturity(ctx, legId, dueAt, reason)
    const data = { settlement_id: settlementId, leg_id: legId }
    await schedule(ctx, { kind: HOLDING_MATURE, key: legId, dueAt, data })
    return { ...settlement, legs: settlement.legs.map((it) => (it.id === legId ? { ...it, dueAt } : it)) }
  })
}

/** What of a party is still seasoning, the next to mature first. */
export function listTranches(ctx: Context, filter: TrancheFilter): Promise<Tranche[]> {
  return tranchesOf(ctx, filter)
}
