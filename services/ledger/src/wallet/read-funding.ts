import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type Funding, fundingOf } from './funding.store.ts'

/** Which pay-ins a committed collection stands on, the oldest first; without a pay-in it is other money of the wallet. */
export function readFunding(ctx: Context, collectionId: Id<'collection'>): Promise<readonly Funding[]> {
  return fundingOf(ctx, collectionId)
}
