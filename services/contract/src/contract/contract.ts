import type { Instant } from '@draupnir/time'
import { earliest } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import { evolve } from './evolve.ts'
import { type Edit, effectOf } from './operation.ts'
import { standing } from './standing.ts'

/** From where one looks: with the edits recorded until `knownAt`, at what holds at `asOf`. */
export interface Viewpoint {
  readonly knownAt: Instant
  readonly asOf: Instant
}

/** The contract as known at `knownAt` and holding at `asOf`; null before it exists. The single truth: everything stored equals it. */
export function fold(log: readonly Edit[], { knownAt, asOf }: Viewpoint): ContractState | null {
  const edits = standing(log.filter((edit) => edit.recorded_at <= knownAt))
  const state = edits.filter((edit) => edit.effective_at <= asOf).reduce<ContractState | null>(evolve, null)
  if (state === null) return null
  const ahead = edits.filter((edit) => edit.effective_at > asOf)
  return seen(state, ahead, versionAt(log, knownAt))
}

/** A folded state as it is shown: with its version, and with the earliest end among the edits ahead. */
export function seen(state: ContractState, ahead: readonly Edit[], version: number): ContractState {
  return { ...state, ends_at: endAhead(state, ahead), version }
}

/** Edits recorded until `knownAt`, and edits that began since they were recorded. */
export function versionAt(log: readonly Edit[], knownAt: Instant): number {
  const known = log.filter((edit) => edit.recorded_at <= knownAt).sort((a, b) => a.seq - b.seq)
  let begun = 0
  for (const [index, edit] of known.entries()) {
    const until = known[index + 1]?.recorded_at ?? knownAt
    const holding = standing(known.slice(0, index + 1))
    begun += holding.filter(({ effective_at: at }) => at > edit.recorded_at && at <= until).length
  }
  return known.length + begun
}

/** When the contract ends as far as is known, or null. */
function endAhead(state: ContractState, ahead: readonly Edit[]): Instant | null {
  if (state.lifecycle === 'ended') return state.ends_at
  const ends = ahead.filter((edit) => effectOf(edit)?.operation === 'terminate').map((edit) => edit.effective_at)
  const [first, ...rest] = ends
  return first === undefined ? null : earliest(first, ...rest)
}
