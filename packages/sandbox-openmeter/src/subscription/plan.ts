import { addDuration, type Duration, duration, type Instant } from '@draupnir/time'
import { badRequest, validationError } from '../shared/problem.ts'
import type { Metadata } from '../shared/shape.ts'
import { BILLING_CADENCES, checkRateCard, normalizedCard, type RateCard } from './rate-card.ts'
import type { Item, Phase } from './subscription.ts'

export interface PlanPhaseInput {
  readonly key: string
  readonly name: string
  readonly description?: string
  readonly metadata?: Metadata | null
  readonly duration: Duration | null
  readonly rateCards: readonly RateCard[]
}

export interface PlanInput {
  readonly name: string
  readonly description?: string
  readonly metadata?: Metadata | null
  readonly currency: string
  readonly billingCadence: Duration
  readonly proRatingConfig?: { readonly enabled: boolean; readonly mode: 'prorate_prices' }
  readonly settlementMode?: string
  readonly phases: readonly PlanPhaseInput[]
}

/** The rules of a plan that need nothing but the plan. */
export function checkPlan(plan: PlanInput): void {
  if (!BILLING_CADENCES.includes(plan.billingCadence)) {
    throw validationError(400, 'plan_billing_cadence_invalid', 'invalid billing cadence for plan', '$.billingCadence')
  }
  if (plan.phases.length === 0) {
    throw validationError(400, 'plan_with_no_phases', 'plan must have at least one phase', '$.phases')
  }
  const keys = new Set(plan.phases.map(({ key }) => key))
  if (keys.size < plan.phases.length) {
    throw validationError(400, 'plan_phase_duplicated_key', 'duplicated plan phase key', '$.phases')
  }
  for (const [index, phase] of plan.phases.entries()) checkPhase(plan, phase, index)
}

function checkPhase(plan: PlanInput, phase: PlanPhaseInput, index: number): void {
  const path = `$.phases[?(@.key=='${phase.key}')]`
  const last = index === plan.phases.length - 1
  if (last && phase.duration !== null) {
    throw validationError(
      400,
      'plan_has_last_phase_with_duration',
      'the last plan phase must not have duration set',
      path,
    )
  }
  if (!last && phase.duration === null) {
    throw validationError(
      400,
      'plan_has_non_last_phase_with_no_duration',
      'plan phase must have duration unless it is the last',
      path,
    )
  }
  if (phase.rateCards.length === 0) {
    throw validationError(400, 'subscription_phase_has_no_items', 'subscription phase has no items', path)
  }
  const keys = new Set<string>()
  for (const card of phase.rateCards) {
    if (keys.has(card.key)) {
      throw validationError(400, 'rate_card_duplicated_key', 'duplicated rate card key', `${path}.rateCards`)
    }
    keys.add(card.key)
    checkRateCard(card, plan.billingCadence, `${path}.rateCards[?(@.key=='${card.key}')]`)
  }
}

/** Lays the phases of a plan on the calendar, from `start`. */
export function startPhases(plan: PlanInput, start: Instant, now: Instant, newId: () => string): Phase[] {
  let from = start
  return plan.phases.map((phase) => {
    const to = phase.duration === null ? null : addDuration(from, duration(phase.duration))
    if (to !== null && to <= from) throw badRequest('validation error: phase duration must be positive')
    const started: Phase = {
      id: newId(),
      key: phase.key,
      name: phase.name,
      description: phase.description ?? null,
      metadata: phase.metadata ?? null,
      activeFrom: from,
      activeTo: to,
      items: phase.rateCards.map((card) => newItem(card, 0, from, now, newId)),
      createdAt: now,
      updatedAt: now,
    }
    from = to ?? from
    return started
  })
}

export function newItem(card: RateCard, version: number, from: Instant, now: Instant, newId: () => string): Item {
  return {
    id: newId(),
    key: card.key,
    version,
    rateCard: normalizedCard(card),
    activeFrom: from,
    activeTo: null,
    createdAt: now,
    updatedAt: now,
  }
}
