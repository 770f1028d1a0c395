import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type KnownParty, selectParty } from './party.store.ts'

/** A party and what the bank calls it; null when there is none. */
export function findParty(ctx: Context, id: Id<'party'>): Promise<KnownParty | null> {
  return selectParty(ctx, id)
}
