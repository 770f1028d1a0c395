import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import { selectPayIn, selectPayIns } from './pay-in.store.ts'
import type { PayInView } from './pay-in.ts'

/** Refuses `request.not-found`. */
export async function readPayIn(ctx: Context, id: Id<'payIn'>): Promise<PayInView> {
  return (await selectPayIn(ctx, id)) ?? refuse('request.not-found', { pay_in_id: id })
}

/** Newest first, older than `before`. */
export function listPayIns(
  ctx: Context,
  partyId: Id<'party'> | undefined,
  before: readonly [Instant, Id<'payIn'>] | null,
  limit: number,
): Promise<PayInView[]> {
  return selectPayIns(ctx, partyId, before, limit)
}
