import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { Payout } from '@draupnir/wire'
import { selectPayout, selectPayouts } from './payout.store.ts'

/** Refuses `request.not-found`. */
export async function readPayout(ctx: Context, id: Id<'payout'>): Promise<Payout> {
  return (await selectPayout(ctx, id)) ?? refuse('request.not-found', { payout_id: id })
}

/** Newest first, older than `before`. */
export function listPayouts(
  ctx: Context,
  partyId: Id<'party'> | undefined,
  before: readonly [Instant, Id<'payout'>] | null,
  limit: number,
): Promise<Payout[]> {
  return selectPayouts(ctx, partyId, before, limit)
}
