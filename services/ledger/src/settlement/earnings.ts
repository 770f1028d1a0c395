import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Money } from '@draupnir/money'
import type { Earning } from './earning.ts'
import { addCashedOut, recoupFromLegs, selectEarnings } from './earnings.store.ts'

/** The earnings of a party that are in no cash-out yet, oldest first, of each currency at most `limit`. */
export function readEarnings(ctx: Context, partyId: Id<'party'>, limit: number): Promise<Earning[]> {
  return selectEarnings(ctx, partyId, limit)
}

/** Marks earnings as cashed out. */
export async function claimEarnings(ctx: Context, earnings: readonly Earning[]): Promise<void> {
  await addCashedOut(ctx, earnings, 1n)
}

/** Their cash-out failed: they may be cashed out again. */
export async function freeEarnings(ctx: Context, earnings: readonly Earning[]): Promise<void> {
  await addCashedOut(ctx, earnings, -1n)
}

/** Takes what went to a debt of the party out of its earnings, oldest first. */
export async function recoupEarnings(ctx: Context, partyId: Id<'party'>, amount: Money): Promise<void> {
  if (amount.amount > 0n) await recoupFromLegs(ctx, partyId, amount)
}
