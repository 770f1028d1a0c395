import type { Context } from '@draupnir/db'
import { refuse, required } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { type Instant, latest } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import { appendEdit, insertHead, lockHead, updateHead } from './contract.store.ts'
import { apply, type Decision, type Edit, elapse } from './contract.ts'
import { checkInvariants } from './invariants.ts'

/** A locked contract as it holds at `now`, which is never before its last edit: clocks of two replicas may differ. */
export interface Loaded {
  readonly state: ContractState
  readonly now: Instant
}

/** What an edit left behind: itself, and the contract after it. */
export interface Recorded {
  readonly edit: Edit
  readonly state: ContractState
}

/** Locks a contract for an edit. Refuses `request.not-found`, for another tenant's contract too. */
export async function loadForEdit(ctx: Context, id: Id<'contract'>): Promise<Loaded> {
  const head = await lockHead(ctx, id)
  if (head === null) refuse('request.not-found', { contract_id: id })
  const now = latest(ctx.now(), head.foldedAt)
  return { state: elapse(head.state, now), now }
}

/** Writes the first edit of a contract. */
export async function recordFirst(ctx: Context, decision: Decision): Promise<Recorded> {
  const now = ctx.now()
  const recorded = record(ctx, null, decision, now)
  await insertHead(ctx, recorded.state, now)
  await appendEdit(ctx, recorded.state.id, recorded.edit)
  return recorded
}

/** Writes one more edit on a contract locked by `loadForEdit`. */
export async function recordEdit(ctx: Context, { state, now }: Loaded, decision: Decision): Promise<Recorded> {
  const recorded = record(ctx, state, decision, now)
  await appendEdit(ctx, state.id, recorded.edit)
  await updateHead(ctx, recorded.state, now)
  return recorded
}

/** An edit as every event of it carries it. */
export function editOnWire({ id, operation, effective_at, recorded_at, actor }: Edit) {
  return { id, operation, effective_at, recorded_at, actor }
}

function record(ctx: Context, before: ContractState | null, decision: Decision, now: Instant): Recorded {
  const seq = (before?.version ?? 0) + 1
  const edit: Edit = { ...decision, id: ctx.newId('contractEdit'), seq, recorded_at: now, actor: ctx.actor }
  const state = required(apply(before, edit, now), 'an edit leaves a contract')
  checkInvariants(state)
  return { edit, state }
}
