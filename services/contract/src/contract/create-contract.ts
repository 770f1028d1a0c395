import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { addDuration, duration } from '@draupnir/time'
import { appendEdit, type Head, insertHead } from './contract.store.ts'
import { seen } from './contract.ts'
import { type EditOptions, type Outcome, plain, rehearsable, type Timing, taking } from './edit-contract.ts'
import { emitEdit } from './emit-edit.ts'
import { evolve } from './evolve.ts'
import { requireFacts } from './facts.ts'
import { type Edit, effectOf, type Terms } from './operation.ts'
import { movePlacements } from './placement.store.ts'
import { check } from './rules.ts'

export interface CreateContract extends Terms, Timing {
  readonly buyer_id: Id<'party'>
}

const EARLIEST = duration('P10Y')

/** A draft: terms without lines. It may have been agreed up to ten years ago, and not ahead. */
export function createContract(outer: Context, input: CreateContract, options: EditOptions = {}): Promise<Outcome> {
  return rehearsable(outer, options, async (ctx) => {
    const { effective_at: _, cause, ...terms } = input
    const now = ctx.now()
    const id = ctx.newId('contract')
    const decision = plain(taking({ operation: 'create', payload: { id, ...terms } }, input, now))
    const { effective_at } = decision
    if (effective_at > now || effective_at < addDuration(now, EARLIEST, -1))
      refuse('contract.effective-too-far', { effective_at, now })
    const editId = ctx.newId('contractEdit')
    const edit: Edit = {
      ...decision,
      id: editId,
      seq: 1,
      rank: 1,
      automatic: false,
      recorded_at: now,
      actor: ctx.actor,
    }
    const effect = effectOf(edit)
    if (effect !== null) {
      await requireFacts(ctx, null, effect)
      check(null, effect, effective_at)
    }
    const state = seen(evolve(null, edit), [], 1)
    const head = headOf(state, edit)
    await insertHead(ctx, head)
    await appendEdit(ctx, head, edit)
    await movePlacements(ctx, id, 1, { removed: [], added: [edit] })
    emitEdit(ctx, { edit, phase: 'recorded', before: null, after: state, touched: [], contract: state })
    return { state, createdAt: head.createdAt, edit, preview: null }
  })
}

function headOf(state: Head['state'], { recorded_at, effective_at }: Edit): Head {
  return {
    state,
    edits: 1,
    foldedAt: recorded_at,
    lastEffectiveAt: effective_at,
    nextEffectAt: null,
    createdAt: recorded_at,
    tail: 1,
    calendar: null,
  }
}
