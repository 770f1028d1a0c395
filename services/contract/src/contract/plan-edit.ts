import type { Context } from '@draupnir/db'
import { refuse, required } from '@draupnir/errors'
import { addMs, earliest, type Instant, type Period } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import { calendarOf, requireCalendar } from './calendar.ts'
import { findEdit, type Head } from './contract.store.ts'
import { seen } from './contract.ts'
import { billingPeriod, corrections, type PeriodCorrection } from './correction.ts'
import { evolve } from './evolve.ts'
import { checkInvariants } from './invariants.ts'
import { type Loaded, withoutAnnounced } from './load-contract.ts'
import { type Edit, effectOf } from './operation.ts'
import { isStanding, type Place, placedAfter, type Snapshot, snapshotBefore } from './placement.store.ts'
import { Reach, SNAPSHOT_EVERY } from './reach.ts'
import { type Change, placeOf, type Step } from './replay.ts'
import { check } from './rules.ts'
import { at, type Stretch, stretches } from './timeline.ts'

// The first chunk holds what most edits reach.
const [FIRST_CHUNK, LARGEST_CHUNK] = [4 * SNAPSHOT_EVERY, 256 * SNAPSHOT_EVERY]

/** What one entry of the log will do, before anything is written. */
export interface Plan {
  readonly change: Change
  readonly head: Head
  /** The first place it touches, and the contract there, without the entry and with it. */
  readonly place: Place
  readonly before: ContractState | null
  readonly after: ContractState | null
  /** From before the place until where the entry makes no difference any more, and its billing period is over. */
  readonly timelineBefore: readonly Stretch[]
  readonly timelineAfter: readonly Stretch[]
  /** Where both timelines end, with the same state from there on; null: they are whole. */
  readonly until: Instant | null
  /** Edits that lie ahead; null when they are the same as before. */
  readonly ahead: readonly Edit[] | null
  readonly corrections: readonly PeriodCorrection[]
  readonly snapshots: readonly Step[]
  /** From the place until here no snapshot is known any more; null: to the end. */
  readonly forgetUntil: Place | null
  /** Nothing that was placed before has moved. */
  readonly appended: boolean
}

/** Judges an entry and everything that holds later. Refuses with the rule that says no. */
export async function planEdit(ctx: Context, loaded: Loaded, entry: Edit, rehearsed: boolean): Promise<Plan> {
  const { head, now } = loaded
  const onTime = entry.effective_at === now && head.lastEffectiveAt <= now && head.nextEffectAt === null
  if (onTime && !rehearsed && entry.supersedes === null && entry.operation !== 'void') return append(loaded, entry)
  return insert(ctx, loaded, await changeBy(ctx, head, entry))
}

// Nothing holds later, so the head is all there is to look at.
function append({ head, now }: Loaded, entry: Edit): Plan {
  const before = withoutAnnounced(head.state)
  check(before, required(effectOf(entry), 'only effects are appended'), now)
  const after = evolve(before, entry)
  checkInvariants(after)
  requireCalendar(head.calendar, after)
  const snapped = head.tail + 1 >= SNAPSHOT_EVERY
  const state = seen(after, [], head.state.version + 1)
  const fold = { state, edits: entry.seq, foldedAt: now, lastEffectiveAt: now }
  return {
    change: { entry, removed: [], added: [entry] },
    head: { ...head, ...fold, tail: snapped ? 0 : head.tail + 1, calendar: calendarOf(head.calendar, after) },
    place: entry,
    before,
    after,
    timelineBefore: [{ from: head.createdAt, to: null, state: before }],
    timelineAfter: [
      { from: head.createdAt, to: now, state: before },
      { from: now, to: null, state: after },
    ],
    until: null,
    ahead: [],
    corrections: [],
    // A stored fold is of places, which know no version.
    snapshots: snapped ? [{ edit: entry, state: { ...after, version: 1 } }] : [],
    forgetUntil: null,
    appended: true,
  }
}

async function insert(ctx: Context, { head, now }: Loaded, change: Change): Promise<Plan> {
  const place = placeOf(change)
  const base = await baseFor(ctx, head, earliest(place.effective_at, now))
  const { reach, until } = await follow(ctx, head, now, base, change)
  for (const { state } of reach.is) requireCalendar(head.calendar, state)
  const timelineBefore = [...lead(base, reach.was, until), ...stretches(reach.was, until)]
  const timelineAfter = [...lead(base, reach.is, until), ...stretches(reach.is, until)]
  const next = until === null ? folded(head, now, base, reach, change) : touched(head, now, change)
  const calendar = next.head.state.billing_anchor === null ? (at(timelineBefore, now) ?? head.state) : next.head.state
  const late = place.effective_at < now
  return {
    change,
    ...next,
    place,
    before: at(timelineBefore, place.effective_at),
    after: at(timelineAfter, place.effective_at),
    timelineBefore,
    timelineAfter,
    until,
    corrections: late
      ? corrections(timelineBefore, timelineAfter, calendar, place.effective_at, earliest(now, until ?? now))
      : [],
    snapshots: reach.snapshots,
    forgetUntil: reach.converged,
    appended: false,
  }
}

/** Follows the change as far as it reaches, at least to the end of the billing period in which it stops to matter. */
async function follow(ctx: Context, head: Head, now: Instant, base: Snapshot, change: Change) {
  const reach = new Reach(base.state, change)
  const cover = (moment: Instant) => periodOf(head, addMs(moment, -1))?.to ?? moment
  let last: Place = base
  for (let size = FIRST_CHUNK; ; size = Math.min(2 * size, LARGEST_CHUNK)) {
    const chunk = await placedAfter(ctx, head.state.id, last, size)
    for (const edit of chunk) {
      if (reach.isOver(edit, now, cover)) return { reach, until: edit.effective_at }
      reach.take(edit)
      last = edit
    }
    if (chunk.length < size) break
  }
  reach.end()
  return { reach, until: null }
}

// The change is looked at to the end: the head is folded anew.
function folded(
  head: Head,
  now: Instant,
  base: Snapshot,
  { is, run }: Reach,
  { entry }: Change,
): Pick<Plan, 'head' | 'ahead'> {
  const state = is.findLast(({ edit }) => edit.effective_at <= now)?.state ?? base.state
  if (state === null) refuse('contract.not-begun', { effective_at: entry.effective_at })
  const ahead = is.map(({ edit }) => edit).filter((edit) => edit.effective_at > now)
  const next = {
    ...head,
    state: seen(state, ahead, head.state.version + 1),
    edits: entry.seq,
    foldedAt: now,
    lastEffectiveAt: is.at(-1)?.edit.effective_at ?? base.effective_at,
    nextEffectAt: ahead[0]?.effective_at ?? null,
    tail: run,
    calendar: calendarOf(head.calendar, state),
  }
  return { head: next, ahead }
}

// It made no difference any more before now: what holds now and later does.
function touched(head: Head, now: Instant, { entry }: Change): Pick<Plan, 'head' | 'ahead'> {
  const state = { ...head.state, version: head.state.version + 1 }
  return { head: { ...head, state, edits: entry.seq, foldedAt: now }, ahead: null }
}

async function changeBy(ctx: Context, head: Head, entry: Edit): Promise<Change> {
  const added = effectOf(entry) === null ? [] : [entry]
  if (entry.supersedes === null) return { entry, removed: [], added }
  const target = await findEdit(ctx, head.state.id, entry.supersedes)
  if (target === null) refuse('contract.edit-unknown', { edit_id: entry.supersedes })
  if (!(await isStanding(ctx, head.state.id, target.seq)))
    refuse('contract.edit-not-standing', { edit_id: entry.supersedes })
  if (entry.operation !== 'void' || entry.automatic || target.supersedes === null)
    return { entry, removed: [target], added }
  // What the voided edit had taken the place of holds again.
  const revived = required(await findEdit(ctx, head.state.id, target.supersedes), 'a superseded edit is in the log')
  return { entry, removed: [target], added: [revived] }
}

/** The billing period of a moment, by the calendar the contract is billed by. */
export function periodOf({ calendar, state }: Head, moment: Instant): Period | null {
  return billingPeriod(calendar ?? state, moment)
}

// From before the billing period, so that it is priced as a whole.
function baseFor(ctx: Context, head: Head, moment: Instant): Promise<Snapshot> {
  const from = earliest(moment, periodOf(head, moment)?.from ?? moment)
  return snapshotBefore(ctx, head.state.id, { effective_at: from, rank: 0 }, head.edits)
}

function lead(base: Snapshot, list: readonly Step[], until: Instant | null): Stretch[] {
  if (base.state === null) return []
  const to = list[0]?.edit.effective_at ?? until
  return to === base.effective_at ? [] : [{ from: base.effective_at, to, state: base.state }]
}
