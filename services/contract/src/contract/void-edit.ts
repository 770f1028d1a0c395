import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { findEdit } from './contract.store.ts'
import { type EditOptions, editContract, type Outcome, type Timing, taking } from './edit-contract.ts'
import { effectOf } from './operation.ts'

export interface VoidEdit extends Pick<Timing, 'cause'> {
  readonly edit_id: Id<'contractEdit'>
}

/** Takes the effect of an edit away; what it had taken the place of holds again. The log keeps it. */
export function voidEdit(
  ctx: Context,
  id: Id<'contract'>,
  { edit_id, cause = null }: VoidEdit,
  options: EditOptions = {},
): Promise<Outcome> {
  return editContract(ctx, id, options, async ({ now }, ctx) => {
    const target = (await findEdit(ctx, id, edit_id)) ?? refuse('contract.edit-unknown', { edit_id })
    if (effectOf(target)?.operation === 'create' && target.operation === 'create')
      refuse('contract.create-not-voidable', { edit_id })
    const timing = { effective_at: target.effective_at, cause }
    return taking({ operation: 'void', payload: { edit_id } }, timing, now, edit_id)
  })
}
