import type { Instant } from '@draupnir/time'
import { setCurrency } from '../customer/customer.store.ts'
import { type Customer, usageSubjects } from '../customer/customer.ts'
import { findFeature } from '../feature/feature.store.ts'
import type { Feature } from '../feature/feature.ts'
import { ApiError, badRequest, validationError } from '../shared/problem.ts'
import { ulid } from '../shared/ulid.ts'
import type { Unit } from '../shared/unit.ts'
import { checkPlan, type PlanInput, startPhases } from './plan.ts'
import type { RateCard } from './rate-card.ts'
import { listSubscriptions, saveSubscription } from './subscription.store.ts'
import type { Subscription } from './subscription.ts'

export interface Start {
  readonly customer: Customer
  readonly plan: PlanInput
  readonly at: Instant
  readonly anchor: Instant
  readonly annotations?: Readonly<Record<string, string>>
}

/** Checks the plan, the features it names and the customer's other subscriptions, and writes the new one. */
export async function startSubscription(unit: Unit, start: Start): Promise<Subscription> {
  const { customer, plan } = start
  checkPlan(plan)
  await checkFeatures(
    unit,
    plan.phases.flatMap(({ rateCards }) => rateCards),
  )
  await assertAlone(unit, customer.id, start.at)
  const priced = plan.phases.some(({ rateCards }) => rateCards.some(({ price }) => price !== null))
  if (priced && customer.currency !== null && customer.currency !== plan.currency) {
    throw badRequest(
      `validation error: currency mismatch: customer currency is ${customer.currency}, but the plan is in ${plan.currency}`,
    )
  }
  if (priced && usageSubjects(customer).length === 0)
    throw badRequest('validation error: customer has no usage attribution')
  const newId = () => ulid(unit.now)
  const subscription: Subscription = {
    id: newId(),
    customerId: customer.id,
    name: plan.name,
    description: plan.description ?? null,
    metadata: plan.metadata ?? null,
    annotations: start.annotations ?? {},
    currency: plan.currency,
    billingCadence: plan.billingCadence,
    billingAnchor: start.anchor,
    proRating: plan.proRatingConfig ?? { enabled: true, mode: 'prorate_prices' },
    settlementMode: plan.settlementMode ?? 'credit_then_invoice',
    activeFrom: start.at,
    activeTo: null,
    phases: startPhases(plan, start.at, unit.now, newId),
    createdAt: unit.now,
    updatedAt: unit.now,
    deletedAt: null,
  }
  await saveSubscription(unit, subscription)
  if (priced) await setCurrency(unit, customer.id, plan.currency)
  return subscription
}

/** Features a rate card names must be live, and metered where the price depends on usage. */
export async function checkFeatures({ sql }: Unit, cards: readonly RateCard[]): Promise<void> {
  for (const card of cards) {
    if (card.entitlementTemplate !== undefined) throw new ApiError(501, 'the sandbox does not do entitlements')
    if (card.featureKey === undefined) continue
    const feature: Feature | undefined = await findFeature(sql, card.featureKey)
    if (!feature) throw validationError(400, 'rate_card_feature_not_found', `feature not found: ${card.featureKey}`)
    if (feature.archivedAt !== null) {
      throw validationError(400, 'rate_card_feature_archived', `feature is archived: ${card.featureKey}`)
    }
    if (card.price !== null && card.price.type !== 'flat' && feature.meterId === null) {
      throw validationError(
        400,
        'usage_based_price_with_feature_and_no_meter',
        'usage based price with feature and no meter',
      )
    }
  }
}

/** One subscription per customer at a time, until it has an end before this start. */
async function assertAlone({ sql }: Unit, customerId: string, at: Instant): Promise<void> {
  const others = await listSubscriptions(sql, customerId)
  const overlap = others.find(({ activeTo }) => activeTo === null || activeTo > at)
  if (!overlap) return
  throw validationError(
    409,
    'only_single_subscription_allowed_per_customer_at_a_time',
    'only single subscription is allowed per customer at a time',
  )
}
