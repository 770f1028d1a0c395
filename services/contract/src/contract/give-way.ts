import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import { recordEdit } from './edit-contract.ts'
import { loadForEdit } from './load-contract.ts'
import type { Edit } from './operation.ts'
import { placedEdits } from './placement.store.ts'

const LAST_RANK = 2 ** 31 - 1

/** Edits that stand and begin after `moment`. */
export function editsAfter(ctx: Context, id: Id<'contract'>, moment: Instant, seq: number): Promise<Edit[]> {
  return placedEdits(ctx, id, { effective_at: moment, rank: LAST_RANK }, seq)
}

/** Voids these edits, the last first: what the contract had recorded by itself gives way to a decision. True when there were any. */
export async function giveWay(
  ctx: Context,
  id: Id<'contract'>,
  edits: readonly Edit[],
  cause: string,
): Promise<boolean> {
  for (const edit of edits.toReversed()) {
    const { id: edit_id, effective_at } = edit
    const decision = { operation: 'void', payload: { edit_id }, effective_at, cause, supersedes: edit_id } as const
    await recordEdit(ctx, await loadForEdit(ctx, id), decision, { automatic: true })
  }
  return edits.length > 0
}
