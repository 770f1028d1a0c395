import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import { type EditOptions, editContract, type Outcome, type Timing, taking } from './edit-contract.ts'
import { editsAfter, giveWay } from './give-way.ts'

export interface Activate extends Timing {
  /** Start of the first billing period; the moment of activation unless told. */
  readonly billing_anchor: Instant | null
}

/** The contract is in force; an active one stays as it is, and a trial ends early. */
export function activateContract(
  ctx: Context,
  id: Id<'contract'>,
  input: Activate,
  options: EditOptions = {},
): Promise<Outcome> {
  return editContract(ctx, id, options, async ({ head: { state, edits }, now }, ctx) => {
    const { billing_anchor } = input
    if (state.lifecycle === 'active') {
      if (billing_anchor === null || billing_anchor === state.billing_anchor) return null
      refuse('contract.already-active', { contract_id: id, billing_anchor: state.billing_anchor })
    }
    const at = input.effective_at ?? now
    const later = (await editsAfter(ctx, id, at, edits)).filter((edit) => edit.automatic)
    const moved = await giveWay(ctx, id, later, 'activated before the trial ended')
    const payload = { billing_anchor: billing_anchor ?? at }
    return { ...taking({ operation: 'activate', payload }, input, now), moved }
  })
}
