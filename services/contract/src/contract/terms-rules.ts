import { refuse } from '@draupnir/errors'
import { addDecimals, compareDecimals, decimal } from '@draupnir/money'
import { addDuration, duration, type Instant, isTimeZone } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import { requireBalanced } from './financing.ts'
import { requireLine, requireRoom } from './line-rules.ts'
import type { Payloads, TermsChange } from './operation.ts'

const MOMENT = '2000-01-01T00:00:00.000Z' as Instant

export function mayCreate(state: ContractState | null, payload: Payloads['create']): void {
  if (state !== null) refuse('contract.exists', { contract_id: state.id })
  requireSound(payload)
}

/** Currency, cadence, zone and term are fixed once the contract was active. */
export function maySetTerms(state: ContractState, change: TermsChange): void {
  requireSound(change)
  const { currency = state.currency, ...rest } = change
  if (currency !== state.currency) {
    if (state.activated_at !== null) refuse('contract.currency-fixed', { currency: state.currency })
    if (state.lines.length > 0 || state.financing !== null)
      refuse('contract.currency-mismatch', { contract: currency, price: state.currency })
  }
  if (state.activated_at === null) return
  for (const field of ['cadence', 'time_zone', 'term'] as const)
    if (rest[field] !== undefined && rest[field] !== state[field]) refuse('contract.terms-fixed', { field })
}

export function mayFinance(state: ContractState, { financing }: Payloads['set_financing']): void {
  if (financing !== null) requireBalanced(financing, state.currency)
}

export function maySplit(state: ContractState, { platform_fee_rate, splits }: Payloads['set_splits']): void {
  const sum = splits.reduce((total, { rate }) => addDecimals(total, decimal(rate)), decimal(platform_fee_rate))
  if (compareDecimals(sum, decimal('1')) > 0) refuse('contract.splits-exceed-one', {})
  if (new Set(splits.map(({ party_id, role }) => `${party_id} ${role}`)).size !== splits.length)
    refuse('contract.split-repeated', {})
  if (splits.some(({ party_id }) => party_id === state.buyer_id))
    refuse('contract.seller-is-buyer', { party_id: state.buyer_id })
}

/** Deeper outages give higher credits, and none for what was promised. */
export function mayPromise(state: ContractState, { line_id, sla }: Payloads['set_sla']): void {
  if (line_id !== null) {
    const line = requireLine(state, line_id)
    requireRoom(state.lines.map((one) => (one === line ? { ...one, sla } : one)))
  }
  if (sla === null) return
  const bounds = [sla.availability, ...sla.credits.map(({ below }) => below)].map(decimal)
  const rates = sla.credits.map(({ credit_rate }) => decimal(credit_rate))
  const falls = bounds.every((bound, i) => i < 2 || compareDecimals(bound, bounds[i - 1] ?? bound) < 0)
  const rises = rates.every((rate, i) => i === 0 || compareDecimals(rate, rates[i - 1] ?? rate) > 0)
  const within = bounds.slice(1).every((bound) => compareDecimals(bound, decimal(sla.availability)) <= 0)
  if (!falls || !rises || !within) refuse('contract.sla-credits-unordered', {})
}

export function mayTransfer(state: ContractState, { buyer_id }: Payloads['transfer']): void {
  if (state.lifecycle === 'suspended') refuse('contract.suspended', { contract_id: state.id })
  if (buyer_id === state.buyer_id) refuse('contract.transfer-to-same-buyer', { party_id: buyer_id })
  const shares = [...state.lines.map((line) => line.seller_id), ...state.splits.map((split) => split.party_id)]
  if (shares.includes(buyer_id)) refuse('contract.seller-is-buyer', { party_id: buyer_id })
}

function requireSound({ time_zone, term }: TermsChange): void {
  if (time_zone !== undefined && !isTimeZone(time_zone)) refuse('contract.time-zone-unknown', { time_zone })
  if (term != null && addDuration(MOMENT, duration(term)) <= MOMENT) refuse('contract.term-too-short', { term })
}
