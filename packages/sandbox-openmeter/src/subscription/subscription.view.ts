import { type Instant, periodAt } from '@draupnir/time'
import { type Feature, featureView } from '../feature/feature.ts'
import { compact } from '../shared/shape.ts'
import { type Item, itemEnd, type Phase, phaseAt, phaseEnd, type Subscription, statusAt } from './subscription.ts'

/** A subscription without its phases, as create, edit and cancel answer. */
export function subscriptionView(subscription: Subscription, now: Instant) {
  const { phases, proRating, annotations, ...rest } = subscription
  return {
    ...compact(rest),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    status: statusAt(subscription, now),
    alignment: { billablesMustAlign: true },
    proRatingConfig: proRating,
    costBasisMode: 'dynamic',
    costBasisPins: [],
  }
}

/** With phases, the items in force and the history of every key. */
export function expandedView(
  subscription: Subscription,
  now: Instant,
  at: Instant,
  features: ReadonlyMap<string, Feature>,
) {
  const running = ['active', 'canceled'].includes(statusAt(subscription, now))
  const period = periodAt(subscription.billingAnchor, subscription.billingCadence, at)
  return {
    ...subscriptionView(subscription, now),
    alignment: { billablesMustAlign: true, ...(running ? { currentAlignedBillingPeriod: period } : {}) },
    phases: subscription.phases.map((phase) => phaseView(subscription, phase, at, features)),
  }
}

function phaseView(subscription: Subscription, phase: Phase, at: Instant, features: ReadonlyMap<string, Feature>) {
  const keys = [...new Set(phase.items.map(({ key }) => key))]
  const versions = (key: string) => phase.items.filter((item) => item.key === key)
  const current = phaseAt(subscription, at) === phase
  const shown = (key: string): Item | undefined => {
    if (current && phase.activeFrom <= at)
      return versions(key).findLast((item) => isActive(subscription, phase, item, at))
    return phase.activeFrom > at ? versions(key)[0] : versions(key).at(-1)
  }
  const { items, ...rest } = phase
  return {
    ...compact(rest),
    ...compact({ activeTo: phaseEnd(subscription, phase) }),
    items: keys.flatMap((key) => {
      const item = shown(key)
      return item ? [itemView(subscription, phase, item, features)] : []
    }),
    itemTimelines: Object.fromEntries(
      keys.map((key) => [key, versions(key).map((item) => itemView(subscription, phase, item, features))]),
    ),
  }
}

function isActive(subscription: Subscription, phase: Phase, item: Item, at: Instant): boolean {
  const end = itemEnd(subscription, phase, item)
  return item.activeFrom <= at && (end === null || end > at)
}

function itemView(subscription: Subscription, phase: Phase, item: Item, features: ReadonlyMap<string, Feature>) {
  const { rateCard } = item
  const feature = rateCard.featureKey === undefined ? undefined : features.get(rateCard.featureKey)
  return {
    ...compact({
      id: item.id,
      key: item.key,
      name: rateCard.name,
      description: rateCard.description,
      metadata: rateCard.metadata,
      createdAt: item.createdAt,
      updatedAt: item.updatedAt,
      activeFrom: item.activeFrom,
      activeTo: itemEnd(subscription, phase, item),
      featureKey: rateCard.featureKey,
      discounts: rateCard.discounts,
      taxConfig: rateCard.taxConfig,
      included: feature ? { feature: featureView(feature) } : null,
    }),
    currency: subscription.currency,
    billingCadence: rateCard.billingCadence,
    price: rateCard.price,
  }
}
