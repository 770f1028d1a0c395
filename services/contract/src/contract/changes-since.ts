import type { Context } from '@draupnir/db'
import type { Instant } from '@draupnir/time'
import { type Head, lastOfVersion, selectEditsSince } from './contract.store.ts'
import type { Edit } from './operation.ts'
import { placedEdits } from './placement.store.ts'

const LAST_RANK = 2 ** 31 - 1

/** What makes a contract another than it was at a version: edits that began by themselves, then edits recorded since. */
export async function changesSince(
  ctx: Context,
  { state: { id }, edits }: Head,
  version: number,
  now: Instant,
  limit: number,
): Promise<Edit[]> {
  const recorded = await selectEditsSince(ctx, id, version, limit)
  const last = await lastOfVersion(ctx, id, version)
  if (last === null) return recorded
  const since = { effective_at: last.recorded_at, rank: LAST_RANK }
  const begun = (await placedEdits(ctx, id, since, edits, now)).filter(({ seq }) => seq <= last.seq)
  // Of those, the version had seen the first already.
  return [...begun.slice(version - last.version), ...recorded].slice(0, limit)
}
