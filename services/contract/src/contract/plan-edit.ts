import type { Context } from '@draupnir/db'
import { refuse, required } from '@draupnir/errors'
import { earliest, type Instant } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import { findEdit, type Head } from './contract.store.ts'
import { seen } from './contract.ts'
import { billingPeriod, corrections, type PeriodCorrection } from './correction.ts'
import { evolve } from './evolve.ts'
import { checkInvariants } from './invariants.ts'
import { type Loaded, withoutAnnounced } from './load-contract.ts'
import { type Edit, effectOf } from './operation.ts'
import { BEGINNING, isStanding, type Place, placedEdits, type Snapshot, snapshotBefore } from './placement.store.ts'
import { type Change, placeOf, replay, type Step, steps } from './replay.ts'
import { check } from './rules.ts'
import { byEffect } from './standing.ts'
import { at, type Stretch, stretches } from './timeline.ts'

const SNAPSHOT_EVERY = 32
// What moves the billing calendar moves every period: those are priced from the beginning.
const CALENDAR: readonly string[] = ['create', 'activate', 'set_terms']

/** What one entry of the log will do, before anything is written. */
export interface Plan {
  readonly change: Change
  readonly head: Head
  /** The first place it touches, and the contract there, without the entry and with it. */
  readonly place: Place
  readonly before: ContractState | null
  readonly after: ContractState | null
  readonly timelineBefore: readonly Stretch[]
  readonly timelineAfter: readonly Stretch[]
  readonly ahead: readonly Edit[]
  readonly corrections: readonly PeriodCorrection[]
  readonly snapshots: readonly Step[]
  /** Nothing that was placed before has moved. */
  readonly appended: boolean
}

/** Judges an entry and everything that holds later. Refuses with the rule that says no. */
export async function planEdit(ctx: Context, loaded: Loaded, entry: Edit, whole: boolean): Promise<Plan> {
  const { head, now } = loaded
  const onTime = entry.effective_at === now && head.lastEffectiveAt <= now && head.nextEffectAt === null
  if (onTime && !whole && entry.supersedes === null && entry.operation !== 'void') return append(loaded, entry)
  return insert(ctx, loaded, await changeBy(ctx, head, entry), whole)
}

// Nothing holds later, so the head is all there is to look at.
function append({ head, now }: Loaded, entry: Edit): Plan {
  const before = withoutAnnounced(head.state)
  check(before, required(effectOf(entry), 'only effects are appended'), now)
  const after = evolve(before, entry)
  checkInvariants(after)
  const state = seen(after, [], head.state.version + 1)
  return {
    change: { entry, removed: [], added: [entry] },
    head: { ...head, state, edits: entry.seq, foldedAt: now, lastEffectiveAt: now },
    place: entry,
    before,
    after,
    timelineBefore: [{ from: head.createdAt, to: null, state: before }],
    timelineAfter: [
      { from: head.createdAt, to: now, state: before },
      { from: now, to: null, state: after },
    ],
    ahead: [],
    corrections: [],
    snapshots: entry.seq % SNAPSHOT_EVERY === 0 ? [{ edit: entry, state: after }] : [],
    appended: true,
  }
}

async function insert(ctx: Context, { head, now }: Loaded, change: Change, whole: boolean): Promise<Plan> {
  const place = placeOf(change)
  const base = whole || movesCalendar(change) ? BEGINNING : await baseFor(ctx, head, place.effective_at)
  const edits = await placedEdits(ctx, head.state.id, base, head.edits)
  const was = steps(base.state, edits)
  const is = replay(base.state, edits, change)
  const timelineBefore = [...lead(base, was), ...stretches(was)]
  const timelineAfter = [...lead(base, is), ...stretches(is)]
  const state = is.findLast(({ edit }) => edit.effective_at <= now)?.state ?? base.state
  if (state === null) refuse('contract.not-begun', { effective_at: change.entry.effective_at })
  const ahead = is.map(({ edit }) => edit).filter((edit) => edit.effective_at > now)
  const calendar = state.billing_anchor === null ? (at(timelineBefore, now) ?? state) : state
  return {
    change,
    head: {
      ...head,
      state: seen(state, ahead, head.state.version + 1),
      edits: change.entry.seq,
      foldedAt: now,
      lastEffectiveAt: is.at(-1)?.edit.effective_at ?? base.effective_at,
      nextEffectAt: ahead[0]?.effective_at ?? null,
    },
    place,
    before: at(timelineBefore, place.effective_at),
    after: at(timelineAfter, place.effective_at),
    timelineBefore,
    timelineAfter,
    ahead,
    corrections:
      place.effective_at < now ? corrections(timelineBefore, timelineAfter, calendar, place.effective_at, now) : [],
    snapshots: is.filter(({ edit }, index) => (index + 1) % SNAPSHOT_EVERY === 0 && byEffect(edit, place) >= 0),
    appended: false,
  }
}

async function changeBy(ctx: Context, head: Head, entry: Edit): Promise<Change> {
  const added = effectOf(entry) === null ? [] : [entry]
  if (entry.supersedes === null) return { entry, removed: [], added }
  const target = await findEdit(ctx, head.state.id, entry.supersedes)
  if (target === null) refuse('contract.edit-unknown', { edit_id: entry.supersedes })
  if (!(await isStanding(ctx, head.state.id, target.seq)))
    refuse('contract.edit-not-standing', { edit_id: entry.supersedes })
  if (entry.operation !== 'void' || target.supersedes === null) return { entry, removed: [target], added }
  // What the voided edit had taken the place of holds again.
  const revived = required(await findEdit(ctx, head.state.id, target.supersedes), 'a superseded edit is in the log')
  return { entry, removed: [target], added: [revived] }
}

function movesCalendar({ entry, removed, added }: Change): boolean {
  return [entry, ...removed, ...added].some((edit) => CALENDAR.includes(effectOf(edit)?.operation ?? ''))
}

// From before the billing period, so that it is priced as a whole.
function baseFor(ctx: Context, head: Head, moment: Instant): Promise<Snapshot> {
  const from = earliest(moment, billingPeriod(head.state, moment)?.from ?? moment)
  return snapshotBefore(ctx, head.state.id, { effective_at: from, rank: 0 }, head.edits)
}

function lead(base: Snapshot, list: readonly Step[]): Stretch[] {
  if (base.state === null) return []
  const to = list[0]?.edit.effective_at ?? null
  return to === base.effective_at ? [] : [{ from: base.effective_at, to, state: base.state }]
}
