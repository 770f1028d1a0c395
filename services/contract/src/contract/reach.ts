import type { Instant } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import { evolve } from './evolve.ts'
import { checkInvariants } from './invariants.ts'
import type { Edit } from './operation.ts'
import { type Change, judge, placeOf, type Step } from './replay.ts'
import { byEffect } from './standing.ts'
import { same } from './timeline.ts'

/** Edits between two snapshots; twice as many at the most, where edits came in between. */
export const SNAPSHOT_EVERY = 32

/** An edit in the order of effect, and whether the fold up to it is stored. */
export type Placed = Edit & { readonly snapped: boolean }

/** Until where the effects of a change have to be looked at beyond the place where they end. */
export type CoverUntil = (moment: Instant) => Instant

/**
 * Follows a change through the order of effect, edit by edit: the contract without it and with it, side by side. Judges
 * each edit from its place on, until both are the same again: from there on every edit was judged before.
 */
export class Reach {
  readonly was: Step[] = []
  readonly is: Step[] = []
  /** Folds to store: where more than twice `SNAPSHOT_EVERY` edits would lie between two of them. */
  readonly snapshots: Step[] = []
  /** The first edit after which the change makes no difference any more. */
  converged: Edit | null = null
  /** The change moves devices, or for whom they serve. */
  movesDevices = false
  /** Edits since the last fold that is stored. */
  run = 0
  readonly #change: Change
  readonly #place: Edit
  readonly #added: Edit[]
  readonly #gone: Set<Edit['id']>
  #before: ContractState | null
  #after: ContractState | null
  #candidate: Step | null = null
  #snapped = false

  constructor(base: ContractState | null, change: Change) {
    this.#change = change
    this.#place = placeOf(change)
    this.#added = change.added.toSorted(byEffect)
    this.#gone = new Set(change.removed.map(({ id }) => id))
    this.#before = base
    this.#after = base
  }

  /** Nothing from `next` on is touched, and a reader finds a stored fold before it; always between two moments. */
  isOver(next: Edit, now: Instant, cover: CoverUntil): boolean {
    const { converged } = this
    if (converged === null || !this.#snapped || this.movesDevices || converged.effective_at > now) return false
    const last = this.was.at(-1)?.edit.effective_at ?? next.effective_at
    return next.effective_at > last && next.effective_at >= cover(converged.effective_at)
  }

  take(edit: Placed): void {
    while (this.#added[0] !== undefined && byEffect(this.#added[0], edit) < 0) this.#add(this.#added.shift())
    if (this.converged !== null || byEffect(edit, this.#place) < 0) this.#both(edit)
    else this.#apart(edit)
  }

  /** After the last edit. */
  end(): void {
    for (const edit of this.#added.splice(0)) this.#add(edit)
  }

  #both(edit: Placed): void {
    const state = evolve(this.#before, edit)
    this.#before = state
    this.#after = state
    this.was.push({ edit, state })
    this.#keep({ edit, state }, edit.snapped)
  }

  #apart(edit: Placed): void {
    this.#before = evolve(this.#before, edit)
    this.was.push({ edit, state: this.#before })
    if (this.#gone.delete(edit.id)) {
      this.#compare()
      return
    }
    judge(this.#after, edit, this.#change.entry)
    this.#after = evolve(this.#after, edit)
    checkInvariants(this.#after)
    const step = { edit, state: this.#after }
    this.#compare()
    if (this.#gone.size === 0 && this.#added.length === 0 && equal(this.#before, this.#after)) {
      this.converged = edit
      this.#after = this.#before
    }
    this.#keep(step, edit.snapped && this.converged !== null)
  }

  #add(edit: Edit | undefined): void {
    if (edit === undefined) return
    judge(this.#after, edit, this.#change.entry)
    this.#after = evolve(this.#after, edit)
    checkInvariants(this.#after)
    this.#compare()
    this.#keep({ edit, state: this.#after }, false)
  }

  #compare(): void {
    this.movesDevices ||= !servesAlike(this.#before, this.#after)
  }

  #keep(step: Step, snapped: boolean): void {
    this.is.push(step)
    this.run += 1
    if (snapped) {
      this.run = 0
      this.#candidate = null
      this.#snapped ||= this.converged !== null
    }
    if (this.run === SNAPSHOT_EVERY) this.#candidate = step
    if (this.run < 2 * SNAPSHOT_EVERY || this.#candidate === null) return
    this.snapshots.push(this.#candidate)
    this.#candidate = step
    this.run = SNAPSHOT_EVERY
  }
}

// States that grew from one share what neither has changed, so this looks at little.
function equal(a: ContractState | null, b: ContractState | null): boolean {
  if (a === null || b === null || a === b) return a === b
  const fields = Object.keys(a) as (keyof ContractState)[]
  return fields.every(
    (name) => a[name] === b[name] || (name === 'lines' ? alike(a.lines, b.lines) : same(a[name], b[name])),
  )
}

function alike(a: ContractState['lines'], b: ContractState['lines']): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index] || same(line, b[index]))
}

function servesAlike(a: ContractState | null, b: ContractState | null): boolean {
  const [before, after] = [serving(a), serving(b)]
  if (before.length === 0 && after.length === 0) return true
  if (a?.lifecycle !== b?.lifecycle || before.length !== after.length) return false
  return before.every(({ id, device_ids }, index) => {
    const other = after[index]
    return id === other?.id && (device_ids === other.device_ids || same(device_ids, other.device_ids))
  })
}

function serving(state: ContractState | null): ContractState['lines'] {
  return (state?.lines ?? []).filter(({ device_ids }) => device_ids.length > 0)
}
