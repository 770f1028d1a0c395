import { refuse } from '@draupnir/errors'
import type { ContractState } from '@draupnir/wire'

/** How a contract is billed: what OpenMeter cannot change on a running subscription. */
export type Calendar = Pick<ContractState, 'currency' | 'cadence' | 'billing_anchor'>

const FIXED = ['currency', 'cadence', 'billing_anchor'] as const

/** The calendar of a contract, which is that of the first moment it was in force. */
export function calendarOf(known: Calendar | null, { activated_at, ...state }: ContractState): Calendar | null {
  if (known !== null || activated_at === null) return known
  return { currency: state.currency, cadence: state.cadence, billing_anchor: state.billing_anchor }
}

/** Refuses `contract.terms-fixed`: also an activation that was voided fixes the calendar, for a subscription followed it. */
export function requireCalendar(known: Calendar | null, state: ContractState): void {
  if (known === null || state.activated_at === null) return
  const field = FIXED.find((name) => state[name] !== known[name])
  if (field !== undefined) refuse('contract.terms-fixed', { field, fixed: known[field], asked: state[field] })
}
