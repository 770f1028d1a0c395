import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { selectParty } from './party.store.ts'
import type { Party } from './party.ts'

/** An onboarded party of this tenant, or null. */
export function findParty(ctx: Context, id: Id<'party'>): Promise<Party | null> {
  return selectParty(ctx, id)
}
