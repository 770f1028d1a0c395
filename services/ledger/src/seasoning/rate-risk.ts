import { type Context, transact } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { requireParty } from '../wallet/require-party.ts'
import { insertRating, ratingsOf } from './seasoning.store.ts'
import type { RiskRating, RiskTier } from './seasoning.ts'

const HISTORY = 100

/** What was said of a party's risk, newest first; nothing for one that is standard by default. Refuses `request.not-found`. */
export async function readRatings(ctx: Context, partyId: Id<'party'>): Promise<RiskRating[]> {
  await requireParty(ctx, partyId)
  return ratingsOf(ctx, partyId, HISTORY)
}

export interface RateRisk {
  readonly partyId: Id<'party'>
  readonly tier: RiskTier
  readonly reason: string
}

/** Puts a party into a risk tier: what it earns from now on seasons by it. Quiet when that was said last. */
export function rateRisk(ctx: Context, { partyId, tier, reason }: RateRisk): Promise<RiskRating[]> {
  return transact(ctx, async (ctx) => {
    const [last] = await readRatings(ctx, partyId)
    if (last?.tier !== tier || last.reason !== reason) {
      await insertRating(ctx, { partyId, tier, reason, by: ctx.actor, at: ctx.now() })
    }
    return ratingsOf(ctx, partyId, HISTORY)
  })
}
