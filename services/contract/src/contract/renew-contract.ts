import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { type EditOptions, editContract, type Outcome, taking } from './edit-contract.ts'
import { editsAfter, giveWay } from './give-way.ts'

export interface Renew {
  /** As auto-renew says, or as the running term, unless told. */
  readonly term?: string | null
  readonly uplift_rate?: string | null
  readonly cause?: string | null
}

/** A further term from the end of the running one, instead of what was announced for then. */
export function renewContract(
  ctx: Context,
  id: Id<'contract'>,
  input: Renew,
  options: EditOptions = {},
): Promise<Outcome> {
  return editContract(ctx, id, options, async ({ head: { state, edits }, now }, ctx) => {
    const { term_ends_at, auto_renew } = state
    const term = input.term ?? auto_renew?.term ?? state.term
    if (term_ends_at === null || term === null) refuse('contract.no-term', { contract_id: id })
    const uplift_rate = input.uplift_rate ?? auto_renew?.uplift_rate ?? '0'
    const announced = (await editsAfter(ctx, id, now, edits)).filter((edit) => edit.automatic)
    const moved = await giveWay(ctx, id, announced, 'renewed by hand')
    const timing = { effective_at: term_ends_at, cause: input.cause ?? null }
    return { ...taking({ operation: 'renew', payload: { term, uplift_rate } }, timing, now), moved }
  })
}
