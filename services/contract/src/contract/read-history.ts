import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { Delta } from '@draupnir/wire'
import { lastKnown, selectEdits, selectSuperseding } from './contract.store.ts'
import { deltaOf } from './delta.ts'
import { foldAt } from './fold-at.ts'
import type { Edit } from './operation.ts'
import { existingHead } from './read-contract.ts'

const MAX_DIFF_EDITS = 500

export type LoggedEdit = Edit & { readonly superseded_by: Id<'contractEdit'> | null }

/** The log, oldest first. Refuses `request.not-found`. */
export async function listEdits(
  ctx: Context,
  id: Id<'contract'>,
  afterSeq: number,
  limit: number,
): Promise<LoggedEdit[]> {
  await existingHead(ctx, id)
  const edits = await selectEdits(ctx, id, afterSeq, limit)
  const later = await selectSuperseding(
    ctx,
    id,
    edits.map((edit) => edit.id),
  )
  const by = new Map(later.map((edit) => [edit.supersedes, edit.id]))
  return edits.map((edit) => ({ ...edit, superseded_by: by.get(edit.id) ?? null }))
}

export interface KnowledgeDiff {
  readonly before: Delta | null
  readonly after: Delta | null
  /** Recorded in between, oldest first, at most 500. */
  readonly edits: readonly Edit[]
}

/** What we learned between two moments about the contract at `asOf`. Refuses `request.not-found`. */
export async function diffKnowledge(
  ctx: Context,
  id: Id<'contract'>,
  { fromKnown, toKnown, asOf }: { readonly fromKnown: Instant; readonly toKnown: Instant; readonly asOf: Instant },
): Promise<KnowledgeDiff> {
  await existingHead(ctx, id)
  const before = await foldAt(ctx, id, { asOf, knownAt: fromKnown })
  const after = await foldAt(ctx, id, { asOf, knownAt: toKnown })
  const from = await lastKnown(ctx, id, fromKnown)
  const edits = await selectEdits(ctx, id, from?.seq ?? 0, MAX_DIFF_EDITS)
  return { ...deltaOf(before, after), edits: edits.filter((edit) => edit.recorded_at <= toKnown) }
}
