import { type Context, transact } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { type Instant, latest } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import { noteLifecycle } from '../status/note-lifecycle.ts'
import { calendarOf } from './calendar.ts'
import { type Head, lockHead, updateHead } from './contract.store.ts'
import { seen } from './contract.ts'
import { emitEdit } from './emit-edit.ts'
import { evolve } from './evolve.ts'
import { placedEdits } from './placement.store.ts'
import { scheduleAhead } from './schedule-ahead.ts'

/** A locked contract as it holds at `now`, which is never before its last edit: clocks of two replicas may differ. */
export interface Loaded {
  readonly head: Head
  readonly now: Instant
}

const LAST_RANK = 2 ** 31 - 1

/** Locks a contract for an edit. Refuses `request.not-found`, for another tenant's contract too. */
export async function loadForEdit(ctx: Context, id: Id<'contract'>): Promise<Loaded> {
  const head = await lockHead(ctx, id)
  if (head === null) refuse('request.not-found', { contract_id: id })
  const now = latest(ctx.now(), head.foldedAt)
  return { head: await begin(ctx, head, now), now }
}

/** What was recorded for a moment that has come holds from now on, and is told again. */
export function beginEdits(outer: Context, id: Id<'contract'>): Promise<void> {
  return transact(outer, async (ctx) => {
    await loadForEdit(ctx, id)
  })
}

/** The state without an end that is only announced. */
export function withoutAnnounced(state: ContractState): ContractState {
  return state.lifecycle === 'ended' ? state : { ...state, ends_at: null }
}

async function begin(ctx: Context, head: Head, now: Instant): Promise<Head> {
  if (head.nextEffectAt === null || head.nextEffectAt > now) return head
  const place = { effective_at: head.foldedAt, rank: LAST_RANK }
  const ahead = await placedEdits(ctx, head.state.id, place, head.edits)
  const due = ahead.filter((edit) => edit.effective_at <= now)
  let shown = head.state
  for (const [index, edit] of due.entries()) {
    const before = withoutAnnounced(shown)
    const after = evolve(before, edit)
    const previous = shown
    shown = seen(after, ahead.slice(index + 1), shown.version + 1)
    emitEdit(ctx, { edit, phase: 'effective', before, after, touched: [], contract: shown })
    await noteLifecycle(ctx, previous, shown, edit.effective_at)
  }
  const rest = ahead.slice(due.length)
  const calendar = calendarOf(head.calendar, shown)
  const next = { ...head, state: shown, foldedAt: now, nextEffectAt: rest[0]?.effective_at ?? null, calendar }
  await updateHead(ctx, next)
  await scheduleAhead(ctx, head, next, rest)
  return next
}
