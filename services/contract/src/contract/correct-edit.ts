import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { findEdit } from './contract.store.ts'
import { type EditOptions, editContract, type Outcome, type Timing, taking } from './edit-contract.ts'
import { type Effect, effectOf } from './operation.ts'

export interface CorrectEdit extends Timing {
  readonly edit_id: Id<'contractEdit'>
  /** What it should have said: of the same operation, its payload as a whole; as it was unless told. */
  readonly replacement: Effect | null
}

/** Lets an edit hold in another form or from another time; the log keeps both. */
export function correctEdit(
  ctx: Context,
  id: Id<'contract'>,
  input: CorrectEdit,
  options: EditOptions = {},
): Promise<Outcome> {
  return editContract(ctx, id, options, async ({ now }, ctx) => {
    const { edit_id, effective_at, cause } = input
    const target = (await findEdit(ctx, id, edit_id)) ?? refuse('contract.edit-unknown', { edit_id })
    const was = effectOf(target) ?? refuse('contract.edit-not-standing', { edit_id })
    const replacement = kept(input.replacement ?? was, was)
    const timing = { effective_at: effective_at ?? target.effective_at, cause: cause ?? null }
    const operation = { operation: 'correct', payload: { edit_id, replacement } } as const
    return { ...taking(operation, timing, now, edit_id), rank: target.rank }
  })
}

// Ids are no part of what was agreed.
function kept(replacement: Effect, was: Effect): Effect {
  if (replacement.operation !== was.operation)
    refuse('contract.correction-differs', { operation: was.operation, replacement: replacement.operation })
  if (replacement.operation === 'create' && was.operation === 'create')
    return { operation: 'create', payload: { ...replacement.payload, id: was.payload.id } }
  if (replacement.operation === 'add_line' && was.operation === 'add_line')
    return { operation: 'add_line', payload: { line: { ...replacement.payload.line, id: was.payload.line.id } } }
  return replacement
}
