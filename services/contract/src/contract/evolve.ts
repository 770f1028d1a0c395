import { assert, unreachable } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { addDuration, duration, type Instant } from '@draupnir/time'
import type { ContractLine, ContractState } from '@draupnir/wire'
import { LIFECYCLE } from '../status/machines.ts'
import { type Edit, type Effect, effectOf, type Payloads } from './operation.ts'
import { uplifted } from './uplift.ts'

/** The contract after one more edit has begun. Versions and announced ends are not its business. */
export function evolve(state: ContractState | null, edit: Edit): ContractState {
  const effect = effectOf(edit)
  assert(effect !== null, `edit ${edit.id} has no effect`)
  if (effect.operation === 'create') return blank(effect.payload)
  assert(state !== null, `edit ${edit.id} comes before its contract`)
  const next = { ...state, ...change(state, effect, edit.effective_at) }
  const [from, to] = [state.lifecycle, next.lifecycle]
  assert(from === to || LIFECYCLE[from].includes(to), `edit ${edit.id} leads from ${from} to ${to}`)
  return next
}

function change(
  state: ContractState,
  effect: Exclude<Effect, { operation: 'create' }>,
  at: Instant,
): Partial<ContractState> {
  switch (effect.operation) {
    case 'add_line':
      return { lines: [...state.lines, { ...effect.payload.line, added_at: at }] }
    case 'remove_line':
      return { lines: state.lines.filter((line) => line.id !== effect.payload.line_id) }
    case 'change_quantity':
    case 'reprice_line':
    case 'set_discount':
      return onLine(state, effect.payload)
    case 'assign_devices':
      return onLine(state, { ...effect.payload, device_ids: [...effect.payload.device_ids] })
    case 'set_sla':
      return effect.payload.line_id === null
        ? { sla: effect.payload.sla }
        : onLine(state, { line_id: effect.payload.line_id, sla: effect.payload.sla })
    case 'set_terms':
    case 'transfer':
    case 'set_financing':
    case 'set_auto_renew':
      return effect.payload
    case 'set_splits':
      return { ...effect.payload, splits: [...effect.payload.splits] }
    default:
      return lifeChange(state, effect, at)
  }
}

type LifeEffect = Extract<
  Effect,
  { operation: 'start_trial' | 'activate' | 'suspend' | 'resume' | 'terminate' | 'renew' }
>

function lifeChange(state: ContractState, effect: LifeEffect, at: Instant): Partial<ContractState> {
  switch (effect.operation) {
    case 'start_trial':
      return { lifecycle: 'trialing', trial: effect.payload }
    case 'activate':
      return {
        lifecycle: 'active',
        activated_at: at,
        billing_anchor: effect.payload.billing_anchor,
        ...firstTerm(state, at),
      }
    case 'suspend':
      return { lifecycle: 'suspended', suspended_at: at }
    case 'resume':
      return { lifecycle: 'active', suspended_at: null }
    case 'terminate':
      return { lifecycle: 'ended', ends_at: at }
    case 'renew':
      return renewed(state, effect.payload, at)
    default:
      return unreachable(effect)
  }
}

function onLine(
  state: ContractState,
  { line_id, ...change }: { readonly line_id: Id<'contractLine'> } & Partial<ContractLine>,
): Partial<ContractState> {
  return { lines: state.lines.map((line) => (line.id === line_id ? { ...line, ...change } : line)) }
}

function firstTerm({ term, time_zone }: ContractState, at: Instant): Partial<ContractState> {
  if (term === null) return {}
  return { term_from: at, term_count: 1, term_ends_at: addDuration(at, duration(term), 1, time_zone) }
}

// Terms of one length are counted from one moment, so that a 31st or a leap day comes back.
function renewed(state: ContractState, { term, uplift_rate }: Payloads['renew'], at: Instant): Partial<ContractState> {
  const same = term === state.term
  const from = same && state.term_from !== null ? state.term_from : at
  const count = same ? state.term_count + 1 : 1
  return {
    term,
    term_from: from,
    term_count: count,
    term_ends_at: addDuration(from, duration(term), count, state.time_zone),
    lines: state.lines.map((line) => ({ ...line, price: uplifted(line.price, uplift_rate) })),
  }
}

function blank(payload: Payloads['create']): ContractState {
  return {
    ...payload,
    lifecycle: 'draft',
    splits: [],
    sla: null,
    financing: null,
    trial: null,
    suspended_at: null,
    term_from: null,
    term_count: 0,
    term_ends_at: null,
    auto_renew: null,
    billing_anchor: null,
    activated_at: null,
    ends_at: null,
    lines: [],
    version: 1,
  }
}
