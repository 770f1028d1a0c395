import { refuse } from '@draupnir/errors'
import { addDuration, duration, type Instant } from '@draupnir/time'
import type { AutoRenew, ContractState } from '@draupnir/wire'
import type { Payloads } from './operation.ts'

export function mayTry(state: ContractState, { ends_at }: Payloads['start_trial'], at: Instant): void {
  if (state.lifecycle !== 'draft') refuse('contract.not-draft', { contract_id: state.id })
  requireLines(state)
  if (ends_at <= at) refuse('contract.trial-end-too-early', { ends_at, effective_at: at })
}

export function mayActivate(state: ContractState, { billing_anchor }: Payloads['activate'], at: Instant): void {
  if (state.lifecycle !== 'draft' && state.lifecycle !== 'trialing')
    refuse('contract.already-active', { contract_id: state.id, billing_anchor: state.billing_anchor })
  requireLines(state)
  if (billing_anchor > at) refuse('contract.billing-anchor-in-future', { billing_anchor, effective_at: at })
}

export function maySuspend(state: ContractState): void {
  if (state.lifecycle !== 'active') refuse('contract.not-active', { contract_id: state.id })
}

export function mayResume(state: ContractState): void {
  if (state.lifecycle !== 'suspended') refuse('contract.not-suspended', { contract_id: state.id })
}

export function mayRenew(state: ContractState, { term }: Payloads['renew'], at: Instant): void {
  if (state.lifecycle !== 'active' && state.lifecycle !== 'suspended')
    refuse('contract.not-active', { contract_id: state.id })
  if (state.term_ends_at === null) refuse('contract.no-term', { contract_id: state.id })
  if (at !== state.term_ends_at)
    refuse('contract.renewal-off-term', { effective_at: at, term_ends_at: state.term_ends_at })
  requireTerm(term, at, state.time_zone)
}

/** Switched up to the notice date, which a change must not move into the past either. */
export function maySetAutoRenew(state: ContractState, { auto_renew }: Payloads['set_auto_renew'], at: Instant): void {
  requireTerm(auto_renew.term, at, state.time_zone)
  if (state.term_ends_at === null) {
    if (state.activated_at !== null) refuse('contract.no-term', { contract_id: state.id })
    return
  }
  for (const terms of [state.auto_renew, auto_renew]) {
    const notice_at = noticeAt({ ...state, auto_renew: terms })
    if (notice_at !== null && notice_at < at) refuse('contract.notice-date-passed', { notice_at, effective_at: at })
  }
}

/** When it is decided and told whether the running term renews or expires; null without a term. */
export function noticeAt(state: Pick<ContractState, 'term_ends_at' | 'auto_renew' | 'time_zone'>): Instant | null {
  const { term_ends_at, auto_renew, time_zone } = state
  if (term_ends_at === null || auto_renew === null) return term_ends_at
  return addDuration(term_ends_at, duration(auto_renew.notice), -1, time_zone)
}

function requireTerm(term: AutoRenew['term'], at: Instant, zone: string): void {
  if (addDuration(at, duration(term), 1, zone) <= at) refuse('contract.term-too-short', { term })
}

function requireLines(state: ContractState): void {
  if (state.lines.length === 0) refuse('contract.no-lines', { contract_id: state.id })
}
