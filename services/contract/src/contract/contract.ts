import { assert, unreachable } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { ContractLine, ContractState } from '@draupnir/wire'

/** What was agreed at the beginning. */
export type Terms = Pick<
  ContractState,
  'currency' | 'cadence' | 'net_days' | 'collection_method' | 'platform_fee_rate' | 'time_zone'
>

/** What an edit does. A new operation is a new member here and a case in `evolve`. */
export type Operation =
  | { readonly operation: 'create'; readonly payload: Terms & Pick<ContractState, 'id' | 'buyer_id'> }
  | { readonly operation: 'add_line'; readonly payload: { readonly line: ContractLine } }
  | { readonly operation: 'activate'; readonly payload: { readonly billing_anchor: Instant } }
  | { readonly operation: 'terminate'; readonly payload: { readonly when: TerminationTime } }

export type TerminationTime = 'now' | 'period_end' | 'at'

/** An operation with the moment it holds from, why, and the edit it takes the place of. */
export type Decision = Operation & {
  readonly effective_at: Instant
  readonly cause: string | null
  readonly supersedes: Id<'contractEdit'> | null
}

/** One entry of the log; never changed. `seq` is the order of recording, from 1. */
export type Edit = Decision & {
  readonly id: Id<'contractEdit'>
  readonly seq: number
  readonly recorded_at: Instant
  readonly actor: string
}

/** From where one looks: with the edits recorded until `knownAt`, at what holds at `asOf`. */
export interface Viewpoint {
  readonly knownAt: Instant
  readonly asOf: Instant
}

/** The contract as known at `knownAt` and holding at `asOf`; null before it exists. */
export function fold(edits: readonly Edit[], { knownAt, asOf }: Viewpoint): ContractState | null {
  const known = edits.filter((edit) => edit.recorded_at <= knownAt)
  const superseded = new Set(known.map((edit) => edit.supersedes))
  const standing = known.filter((edit) => !superseded.has(edit.id)).sort(byEffect)
  let state: ContractState | null = null
  for (const edit of standing) state = apply(state, edit, asOf)
  return state === null ? null : { ...state, version: known.length }
}

/** One more edit on top of a fold; an edit that lies ahead of `asOf` is only announced. */
export function apply(state: ContractState | null, edit: Edit, asOf: Instant): ContractState | null {
  return edit.effective_at <= asOf ? evolve(state, edit) : announce(state, edit)
}

/** The contract at a later moment, with nothing new recorded: what was announced takes effect. */
export function elapse(state: ContractState, now: Instant): ContractState {
  if (state.lifecycle === 'ended' || state.ends_at === null || state.ends_at > now) return state
  return { ...state, lifecycle: 'ended' }
}

function evolve(state: ContractState | null, edit: Edit): ContractState {
  if (edit.operation === 'create') return { ...blank(edit.payload), version: edit.seq }
  assert(state !== null, `edit ${edit.id} comes before its contract`)
  const next = { ...state, version: edit.seq }
  switch (edit.operation) {
    case 'add_line':
      return { ...next, lines: [...state.lines, edit.payload.line] }
    case 'activate':
      return {
        ...next,
        lifecycle: 'active',
        activated_at: edit.effective_at,
        billing_anchor: edit.payload.billing_anchor,
      }
    case 'terminate':
      return { ...next, lifecycle: 'ended', ends_at: edit.effective_at }
    default:
      return unreachable(edit)
  }
}

// A known end is part of what holds today; anything else ahead is not.
function announce(state: ContractState | null, edit: Edit): ContractState | null {
  if (state === null) return null
  if (edit.operation !== 'terminate') return { ...state, version: edit.seq }
  return { ...state, ends_at: edit.effective_at, version: edit.seq }
}

function blank(payload: Extract<Operation, { operation: 'create' }>['payload']): ContractState {
  return {
    tax_rate: '0',
    splits: [],
    sla: null,
    financing: null,
    trial: null,
    suspended_at: null,
    term: null,
    term_ends_at: null,
    auto_renew: null,
    ...payload,
    lifecycle: 'draft',
    billing_anchor: null,
    activated_at: null,
    ends_at: null,
    lines: [],
    version: 1,
  }
}

function byEffect(a: Edit, b: Edit): number {
  if (a.effective_at !== b.effective_at) return a.effective_at < b.effective_at ? -1 : 1
  return a.seq - b.seq
}
