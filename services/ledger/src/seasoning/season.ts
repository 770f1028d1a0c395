import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import { readFunding } from '../wallet/read-funding.ts'
import { tiersOf } from './seasoning.store.ts'
import { type Seasoning, seasoningFor } from './seasoning.ts'
import { keptSeasoningPolicy } from './set-seasoning-policy.ts'

export interface Season {
  readonly collectionId: Id<'collection'>
  readonly partyIds: readonly Id<'party'>[]
  readonly paidAt: Instant
}

/** When what each party gets of a payment matures, by the policy and the tiers of now and the pay-ins it stands on. */
export async function season(
  ctx: Context,
  { collectionId, partyIds, paidAt }: Season,
): Promise<ReadonlyMap<Id<'party'>, Seasoning>> {
  const policy = await keptSeasoningPolicy(ctx)
  const tiers = await tiersOf(ctx, partyIds)
  const funding = new Set((await readFunding(ctx, collectionId)).map(({ rail }) => rail ?? 'other'))
  return new Map(
    partyIds.map((party) => [party, seasoningFor(policy, tiers.get(party) ?? 'standard', funding, paidAt)]),
  )
}
