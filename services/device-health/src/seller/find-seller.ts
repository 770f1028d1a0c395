import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { selectSeller } from './seller.store.ts'
import type { Seller } from './seller.ts'

/** An onboarded party of this tenant, or null. */
export function findSeller(ctx: Context, id: Id<'party'>): Promise<Seller | null> {
  return selectSeller(ctx, id)
}
