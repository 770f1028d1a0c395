import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { addMs, earliest, type Instant, latest } from '@draupnir/time'
import { findTransitions } from '../status/find-transitions.ts'
import type { Transition } from '../status/status.store.ts'
import { findHead, lastKnown } from './contract.store.ts'
import { BEGINNING, placedEdits, placedWithin, snapshotBefore, type Window } from './placement.store.ts'
import { steps } from './replay.ts'
import { clipped, type Stretch, stretches, type Timeline, timelineOf } from './timeline.ts'

export interface TimelineAsked {
  readonly knownAt: Instant
  /** From the beginning unless told. */
  readonly from: Instant | null
  /** Exclusive; without an end unless told. */
  readonly to: Instant | null
  /** Edits, and transitions, of one page; a few more when they are of one moment. */
  readonly limit: number
}

export interface TimelinePage extends Timeline, Window {
  readonly transitions: readonly Transition[]
  /** From where the next page goes on; null: nothing follows. */
  readonly next: Instant | null
}

/**
 * Lines, prices and statuses as intervals over a window of time, as known at a moment: as much of it as `limit` allows.
 * Costs the same wherever in the log it lies. Refuses `request.not-found`.
 */
export async function readTimeline(ctx: Context, id: Id<'contract'>, asked: TimelineAsked): Promise<TimelinePage> {
  const { knownAt, to, limit } = asked
  const from = asked.from ?? BEGINNING.effective_at
  const window = { from, to: to === null ? null : latest(from, to) }
  const [head, last, transitions] = await Promise.all([
    findHead(ctx, id),
    lastKnown(ctx, id, knownAt),
    findTransitions(ctx, id, window, limit + 1),
  ])
  if (head === null) refuse('request.not-found', { contract_id: id })
  const [edits, lead] =
    last === null
      ? [[], []]
      : await Promise.all([
          placedWithin(ctx, id, knownPart(window, last.last_effective_at), last.seq, limit + 1),
          leadOf(ctx, id, earliest(from, addMs(last.last_effective_at, 1)), last.seq),
        ])
  const next = cut(
    [cutAt(edits, ({ effective_at }) => effective_at, limit), cutAt(transitions, ({ at }) => at, limit)],
    window.to,
  )
  const shown = { from, to: next ?? window.to }
  const isShown = (moment: Instant) => shown.to === null || moment < shown.to
  const after = stretches(steps(lead.at(-1)?.state ?? null, edits))
  const list = clipped([...lead.map((one) => ({ ...one, to: after[0]?.from ?? null })), ...after], shown)
  return {
    ...timelineOf(list),
    from: asked.from ?? list[0]?.from ?? head.createdAt,
    to: shown.to,
    transitions: transitions.filter(({ at }) => isShown(at)),
    next,
  }
}

// Beyond it lie only edits that were recorded later.
function knownPart({ from, to }: Window, lastEffectiveAt: Instant): Window {
  const end = addMs(lastEffectiveAt, 1)
  return { from, to: to === null ? end : earliest(to, end) }
}

// The contract as it comes into the window.
async function leadOf(ctx: Context, id: Id<'contract'>, from: Instant, seq: number): Promise<Stretch[]> {
  const base = await snapshotBefore(ctx, id, { effective_at: from, rank: 0 }, seq)
  const edits = from === BEGINNING.effective_at ? [] : await placedEdits(ctx, id, base, seq, addMs(from, -1))
  const state = steps(base.state, edits).at(-1)?.state ?? base.state
  return state === null ? [] : [{ from, to: null, state }]
}

/** The moment a page of `limit` has to stop before, so that none is shown in part; null when all of it is shown. */
function cutAt<T>(list: readonly T[], at: (one: T) => Instant, limit: number): Instant | null {
  const [first, beyond] = [list[0], list[limit]]
  if (first === undefined || beyond === undefined) return null
  return at(beyond) > at(first) ? at(beyond) : addMs(at(first), 1)
}

function cut(cuts: readonly (Instant | null)[], to: Instant | null): Instant | null {
  const [first, ...rest] = cuts.filter((one) => one !== null)
  if (first === undefined) return null
  const next = earliest(first, ...rest)
  return to !== null && next >= to ? null : next
}
