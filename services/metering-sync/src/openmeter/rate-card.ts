import type { OpenMeter } from '@draupnir/openmeter'
import type { RateCard } from '../mirror/mirror.ts'

type SubscriptionCreate = Parameters<OpenMeter['subscriptions']['create']>[0]
type PlanRateCard = Extract<
  SubscriptionCreate,
  { customPlan: unknown }
>['customPlan']['phases'][number]['rateCards'][number]

/** A rate card in OpenMeter's words. */
export function toRateCard(card: RateCard): PlanRateCard {
  const { key, name, description } = card
  if (card.kind === 'usage') {
    const price = { type: 'unit' as const, amount: card.unitAmount }
    return { type: 'usage_based', key, featureKey: key, name, description, billingCadence: card.cadence, price }
  }
  // In-advance fees are never refunded by OpenMeter, so recurring ones are billed in arrears.
  const paymentTerm = card.cadence === null ? ('in_advance' as const) : ('in_arrears' as const)
  return {
    type: 'flat_fee',
    key,
    name,
    description,
    billingCadence: card.cadence,
    price: { type: 'flat', amount: card.amount, paymentTerm },
  }
}
