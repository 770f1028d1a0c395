import type { Context } from '@draupnir/db'
import {
  addUses,
  findLot,
  type Lot,
  lotsLeft,
  recoupFromLots,
  takeFromLots,
  takeOff,
  usesOf,
} from '../wallet/funding.store.ts'
import { standIn, type Use } from './payer.ts'

/**
 * What was taken from the payer takes the place of the returned lot, as far as it goes; gives the parts of payments that
 * have lost their funds, the newest first. Nothing is left of the lot.
 */
export async function replaceFunds(
  ctx: Context,
  { payInId, partyId, currency }: Lot,
  taken: bigint,
): Promise<readonly Use[]> {
  const remaining = (await findLot(ctx, payInId))?.remaining ?? 0n
  const others = (await lotsLeft(ctx, partyId, currency)).filter((it) => it.payInId !== payInId)
  const uses = await usesOf(ctx, payInId)
  const { replaced, recouped, unfunded } = standIn({ taken, remaining, others, uses })
  for (const use of uses) await takeOff(ctx, payInId, use)
  for (const { collectionId, pieces } of replaced) {
    await takeFromLots(ctx, pieces)
    await addUses(ctx, collectionId, pieces)
  }
  await recoupFromLots(ctx, recouped)
  return unfunded
}
