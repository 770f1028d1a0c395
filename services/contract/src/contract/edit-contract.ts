import { attempt, type Context, transact, transactTogether } from '@draupnir/db'
import { assert, refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { emitMany } from '@draupnir/outbox'
import { addDuration, duration, earliest, type Instant } from '@draupnir/time'
import { ContractCorrected, type ContractState } from '@draupnir/wire'
import { holdDevices } from '../device/hold-devices.ts'
import { noteLifecycle } from '../status/note-lifecycle.ts'
import { canonical } from './canonical.ts'
import { changesSince } from './changes-since.ts'
import { appendEdit, appendWithHeads, updateHead } from './contract.store.ts'
import { editOnWire, emitEdit, requireFits } from './emit-edit.ts'
import { requireFacts } from './facts.ts'
import { type Loaded, loadForEdit } from './load-contract.ts'
import { type Decision, type Edit, effectOf, type Operation } from './operation.ts'
import { forgetSnapshots, insertSnapshots, movePlacements } from './placement.store.ts'
import { type Plan, planEdit } from './plan-edit.ts'
import { type Preview, previewOf } from './preview.ts'
import { scheduleAhead } from './schedule-ahead.ts'
import { servingSince } from './serving.ts'

export interface EditOptions {
  /** Answers what would be, and records nothing. */
  readonly dryRun?: boolean
  /** The `If-Match` of the caller: the version the edit is meant for. */
  readonly ifMatch?: string | null
}

export interface Outcome {
  readonly state: ContractState
  /** When the contract was made. */
  readonly createdAt: Instant
  /** Null when nothing had to be recorded. */
  readonly edit: Edit | null
  readonly preview: Preview | null
}

/** From when an edit holds, now unless told, and why. */
export interface Timing {
  readonly effective_at?: Instant | null
  readonly cause?: string | null
}

/** Decides what to record on a locked contract; null when there is nothing to do. */
export type Decide = (loaded: Loaded, ctx: Context) => Promise<Decided | null> | Decided | null

export type Decided = Decision & {
  /** The place of the edit it replaces; its own unless told. */
  readonly rank?: number
  /** Others were recorded while this was decided. */
  readonly moved?: boolean
  /** What follows from it by itself. */
  readonly follow?: Decision
}

const FARTHEST = duration('P20Y')
const CHANGES_SHOWN = 50

/** One edit of a contract: lock → decide → judge with everything later → save → tell. */
export function editContract(
  outer: Context,
  id: Id<'contract'>,
  options: EditOptions,
  decide: Decide,
): Promise<Outcome> {
  return rehearsable(outer, options, async (ctx) => {
    const loaded = await loadForEdit(ctx, id)
    await requireVersion(ctx, loaded, options.ifMatch ?? null)
    const decided = await decide(loaded, ctx)
    const rehearsed = options.dryRun === true
    if (decided === null) return { ...shownOf(loaded.head), edit: null, preview: null }
    const { rank, follow, moved = false, ...decision } = decided
    const current = moved ? await loadForEdit(ctx, id) : loaded
    const outcome = await recordEdit(ctx, current, decision, { rehearsed, rank })
    if (follow === undefined) return outcome
    const { state, preview } = await recordEdit(ctx, await loadForEdit(ctx, id), follow, { rehearsed, automatic: true })
    return { ...outcome, state, preview }
  })
}

/** What is left of an input without its timing. */
export function payloadOf<T extends Timing>({ effective_at: _, cause: __, ...payload }: T): Omit<T, keyof Timing> {
  return payload
}

/** An operation with its timing, for a `decide`. */
export function taking(
  operation: Operation,
  { effective_at, cause }: Timing,
  now: Instant,
  supersedes: Decision['supersedes'] = null,
): Decision {
  return { ...operation, effective_at: effective_at ?? now, cause: cause ?? null, supersedes }
}

/** Runs in a transaction; a dry run is undone, and its outcome kept. */
export async function rehearsable(
  outer: Context,
  { dryRun = false }: EditOptions,
  work: (ctx: Context) => Promise<Outcome>,
): Promise<Outcome> {
  if (!dryRun) return transactTogether(outer, work)
  let outcome: Outcome | null = null
  try {
    await transact(outer, (ctx) =>
      attempt(ctx, async (inner) => {
        outcome = await work(inner)
        throw new Rehearsed()
      }),
    )
  } catch (error) {
    if (!(error instanceof Rehearsed)) throw error
  }
  assert(outcome !== null, 'a dry run has an outcome')
  return outcome
}

/** Writes one more edit on a contract locked by `loadForEdit`. */
export async function recordEdit(
  ctx: Context,
  loaded: Loaded,
  decision: Decision,
  { rehearsed = false, automatic = false, rank }: Recording = {},
): Promise<Outcome> {
  const { head, now } = loaded
  requireNear(decision, now)
  const seq = head.edits + 1
  const id = ctx.newId('contractEdit')
  const entry: Edit = { ...plain(decision), id, seq, rank: rank ?? seq, automatic, recorded_at: now, actor: ctx.actor }
  const effect = effectOf(entry)
  if (effect !== null) await requireFacts(ctx, head.state, effect)
  const plan = await planEdit(ctx, loaded, entry, rehearsed)
  await save(ctx, plan)
  await tell(ctx, loaded, plan)
  return { ...shownOf(plan.head), edit: entry, preview: rehearsed ? await previewOf(ctx, plan, now) : null }
}

function shownOf({ state, createdAt }: Loaded['head']): Pick<Outcome, 'state' | 'createdAt'> {
  return { state, createdAt }
}

interface Recording {
  /** Say what it does, in a preview. */
  readonly rehearsed?: boolean
  readonly automatic?: boolean
  readonly rank?: number | undefined
}

class Rehearsed extends Error {}

/** A decision with its numbers written in one way. */
export function plain(decision: Decision): Decision {
  const { effective_at, cause, supersedes } = decision
  const when = { effective_at, cause, supersedes }
  if (decision.operation === 'void') return decision
  if (decision.operation !== 'correct') return { ...canonical(decision), ...when }
  const replacement = canonical(decision.payload.replacement)
  return { operation: 'correct', payload: { ...decision.payload, replacement }, ...when }
}

async function save(ctx: Context, plan: Plan): Promise<void> {
  const { change, head, place, appended } = plan
  const { id } = head.state
  const { seq } = change.entry
  if (appended) ctx.db.laterTogether(appendWithHeads, { tenant: ctx.tenant, head, edit: change.entry })
  else {
    await appendEdit(ctx, head, change.entry)
    await movePlacements(ctx, id, seq, change)
    await forgetSnapshots(ctx, id, place, plan.forgetUntil, seq)
    await updateHead(ctx, head)
  }
  if (plan.snapshots.length > 0) ctx.db.laterTogether(insertSnapshots, { contractId: id, seq, steps: plan.snapshots })
  // What the entry does not reach to the end moves no devices.
  if (plan.until !== null) return
  await holdDevices(ctx, id, place.effective_at, plan.timelineBefore, plan.timelineAfter)
}

async function tell(ctx: Context, { head: old, now }: Loaded, plan: Plan): Promise<void> {
  const { change, head, before, after, corrections } = plan
  const edit = change.entry
  const touched = corrections.map(({ period }) => period)
  const since = plan.until === null ? plan.place.effective_at : now
  const serving = servingSince(plan.timelineBefore, plan.timelineAfter, since, now)
  emitEdit(ctx, { edit, phase: 'recorded', before, after, touched, serving, contract: head.state })
  const told = { contract_id: head.state.id, edit: editOnWire(edit) }
  const corrected = corrections.map((one) => ({ data: { ...told, ...one, lines: [...one.lines] } }))
  for (const { data } of corrected) requireFits(edit, JSON.stringify(data))
  await emitMany(ctx, ContractCorrected, corrected)
  await noteLifecycle(ctx, old.state, head.state, earliest(edit.effective_at, now))
  if (plan.ahead !== null) await scheduleAhead(ctx, old, head, plan.ahead)
}

async function requireVersion(ctx: Context, { head, now }: Loaded, ifMatch: string | null): Promise<void> {
  if (ifMatch === null || ifMatch.trim() === '*') return
  const { version } = head.state
  const tags = ifMatch.split(',').map((tag) => tag.trim())
  if (tags.includes(`"${version}"`)) return
  const known = Math.min(version, Math.max(0, ...tags.map((tag) => Number(/^"(\d+)"$/.exec(tag)?.[1] ?? 0))))
  const changes = (await changesSince(ctx, head, known, now, CHANGES_SHOWN)).map(editOnWire)
  refuse('request.precondition-failed', { current: `"${version}"`, changes })
}

function requireNear({ effective_at }: Decision, now: Instant): void {
  if (effective_at > now && effective_at > addDuration(now, FARTHEST))
    refuse('contract.effective-too-far', { effective_at })
}
