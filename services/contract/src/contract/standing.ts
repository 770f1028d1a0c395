import type { Id } from '@draupnir/ids'
import { type Edit, effectOf } from './operation.ts'

/**
 * The edits of a log that hold, in the order of their effect: neither voided nor replaced by one that is not voided itself.
 * What gave way of itself takes with it what it had replaced: nobody wants that back.
 */
export function standing(log: readonly Edit[]): Edit[] {
  const voided = new Set<Id<'contractEdit'>>()
  const replaced = new Set<Id<'contractEdit'>>()
  const gaveWay = new Set<Id<'contractEdit'>>()
  for (const edit of log.toSorted((a, b) => b.seq - a.seq)) {
    if (voided.has(edit.id) && !gaveWay.has(edit.id)) continue
    if (edit.operation !== 'void') {
      if (edit.supersedes !== null) replaced.add(edit.supersedes)
      continue
    }
    voided.add(edit.payload.edit_id)
    if (edit.automatic) gaveWay.add(edit.payload.edit_id)
  }
  return log.filter((edit) => effectOf(edit) !== null && !voided.has(edit.id) && !replaced.has(edit.id)).sort(byEffect)
}

/** Earlier effect first; of one moment, what was recorded there first. */
export function byEffect(a: Pick<Edit, 'effective_at' | 'rank'>, b: Pick<Edit, 'effective_at' | 'rank'>): number {
  if (a.effective_at !== b.effective_at) return a.effective_at < b.effective_at ? -1 : 1
  return a.rank - b.rank
}
