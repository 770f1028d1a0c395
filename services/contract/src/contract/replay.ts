import { type JsonValue, Refusal, refuse, required } from '@draupnir/errors'
import type { ContractState } from '@draupnir/wire'
import { evolve } from './evolve.ts'
import { checkInvariants } from './invariants.ts'
import { type Edit, effectOf } from './operation.ts'
import { check } from './rules.ts'
import { byEffect } from './standing.ts'

/** A standing edit and the contract after it. */
export interface Step {
  readonly edit: Edit
  readonly state: ContractState
}

/** Edits that stop to hold and edits that begin to, by one entry of the log. */
export interface Change {
  /** The entry itself when it has an effect. */
  readonly entry: Edit
  readonly removed: readonly Edit[]
  readonly added: readonly Edit[]
}

/** The first place in the order of effect that a change touches. */
export function placeOf({ removed, added, entry }: Change): Edit {
  return [...removed, ...added].sort(byEffect)[0] ?? entry
}

/** The states after each of these standing edits, from the state before the first. */
export function steps(base: ContractState | null, edits: readonly Edit[]): Step[] {
  let state = base
  return edits.map((edit) => {
    state = evolve(state, edit)
    return { edit, state }
  })
}

/**
 * The steps as the change makes them. Every edit from its place on is judged again: refuses what the entry itself
 * breaks, and `contract.edit-breaks-later` with the first later edit that would have been refused.
 */
export function replay(base: ContractState | null, edits: readonly Edit[], change: Change): Step[] {
  const place = placeOf(change)
  const gone = new Set(change.removed.map(({ id }) => id))
  const after = [...edits.filter(({ id }) => !gone.has(id)), ...change.added].sort(byEffect)
  let state = base
  return after.map((edit) => {
    if (byEffect(edit, place) >= 0) judge(state, edit, change.entry)
    state = evolve(state, edit)
    if (byEffect(edit, place) >= 0) checkInvariants(state)
    return { edit, state }
  })
}

/** Refuses what `entry` breaks: itself by its rule, a later edit by `contract.edit-breaks-later`. */
export function judge(state: ContractState | null, edit: Edit, entry: Edit): void {
  const effect = required(effectOf(edit), 'only effects are placed')
  try {
    check(state, effect, edit.effective_at)
  } catch (error) {
    if (!(error instanceof Refusal) || edit.id === entry.id) throw error
    const { id: edit_id, effective_at } = edit
    const context: Record<string, JsonValue> = { edit_id, operation: effect.operation, effective_at, code: error.code }
    refuse('contract.edit-breaks-later', context)
  }
}
