import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { requireParty } from '../wallet/require-party.ts'
import { type CashedOut, type CashOutFilter, cashOutsBy, cashOutsOfLegs, findCashOut } from './cash-out.store.ts'
import type { CashOut } from './cash-out.ts'

/** One cash-out with its legs. Refuses `request.not-found`. */
export async function readCashOut(ctx: Context, id: Id<'cashOut'>): Promise<CashOut> {
  return (await findCashOut(ctx, id)) ?? refuse('request.not-found', { id })
}

/** The cash-outs of a party, newest first. Refuses `request.not-found`. */
export async function listCashOuts(ctx: Context, filter: CashOutFilter): Promise<CashOut[]> {
  await requireParty(ctx, filter.partyId)
  return cashOutsBy(ctx, filter)
}

/** The cash-outs that took something of each leg, oldest first. */
export async function cashOutsByLeg(
  ctx: Context,
  legIds: readonly Id<'settlementLeg'>[],
): Promise<ReadonlyMap<Id<'settlementLeg'>, readonly CashedOut[]>> {
  return Map.groupBy(await cashOutsOfLegs(ctx, legIds), (it) => it.leg_id)
}
