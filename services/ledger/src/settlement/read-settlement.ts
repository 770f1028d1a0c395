import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { type SettlementFilter, settlementsBy } from './settlement.store.ts'
import type { Settlement } from './settlement.ts'

/** Settlements with their legs, newest first. */
export function listSettlements(ctx: Context, filter: SettlementFilter): Promise<Settlement[]> {
  return settlementsBy(ctx, filter)
}

/** One settlement with its legs. Refuses `request.not-found`. */
export async function readSettlement(ctx: Context, id: Id<'settlement'>): Promise<Settlement> {
  const [settlement] = await settlementsBy(ctx, { id, before: null, limit: 1 })
  return settlement ?? refuse('request.not-found', { id })
}
