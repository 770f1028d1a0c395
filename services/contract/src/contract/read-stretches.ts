import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { addMs, type Period } from '@draupnir/time'
import { placedEdits, snapshotBefore } from './placement.store.ts'
import { steps } from './replay.ts'
import { clipped, type Stretch, stretches } from './timeline.ts'

/** The stretches of a period as known after edit `seq`. */
export async function readStretches(
  ctx: Context,
  contractId: Id<'contract'>,
  period: Period,
  seq: number,
): Promise<Stretch[]> {
  const base = await snapshotBefore(ctx, contractId, { effective_at: period.from, rank: 0 }, seq)
  const edits = await placedEdits(ctx, contractId, base, seq, addMs(period.to, -1))
  const lead =
    base.state === null ? [] : [{ from: base.effective_at, to: edits[0]?.effective_at ?? null, state: base.state }]
  return clipped([...lead, ...stretches(steps(base.state, edits))], period)
}
