import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import { billingPeriod } from './correction.ts'
import { type EditOptions, editContract, type Outcome, taking } from './edit-contract.ts'
import { editsAfter, giveWay } from './give-way.ts'
import { effectOf } from './operation.ts'

export type Terminate = { readonly cause: string } & (
  | { readonly when: 'now' }
  | { readonly when: 'period_end' }
  | { readonly when: 'at'; readonly at: Instant }
)

/** Fixes the end of a contract; a later termination may only bring it forward. To undo one, void it. */
export function terminateContract(
  ctx: Context,
  id: Id<'contract'>,
  input: Terminate,
  options: EditOptions = {},
): Promise<Outcome> {
  return editContract(ctx, id, options, async ({ head: { state, edits }, now }, ctx) => {
    if (state.lifecycle === 'ended') refuse('contract.ended', { contract_id: id, ends_at: state.ends_at })
    const endsAt = endOf(state, input, now)
    if (state.lifecycle === 'draft' && endsAt > now) refuse('contract.not-active', { contract_id: id })
    if (state.ends_at === endsAt) return null
    if (state.ends_at !== null && state.ends_at < endsAt)
      refuse('contract.termination-scheduled', { ends_at: state.ends_at })
    const later = await editsAfter(ctx, id, endsAt, edits)
    const previous = later.find((edit) => effectOf(edit)?.operation === 'terminate')
    const moved = await giveWay(
      ctx,
      id,
      later.filter((edit) => edit.automatic && edit !== previous),
      'terminated',
    )
    const { cause, when } = input
    const timing = { effective_at: endsAt, cause }
    return { ...taking({ operation: 'terminate', payload: { when } }, timing, now, previous?.id ?? null), moved }
  })
}

function endOf(state: ContractState, input: Terminate, now: Instant): Instant {
  if (input.when === 'now') return now
  if (input.when === 'at') return input.at
  return billingPeriod(state, now)?.to ?? refuse('contract.not-active', { contract_id: state.id })
}
