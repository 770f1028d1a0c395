import type { Duration, Instant, Period } from '@draupnir/time'
import { periodAt } from '@draupnir/time'
import type { Metadata } from '../shared/shape.ts'
import type { RateCard } from './rate-card.ts'

/** One version of an item: a rate card in force for a while. */
export interface Item {
  readonly id: string
  readonly key: string
  readonly version: number
  readonly rateCard: RateCard
  readonly activeFrom: Instant
  /** null: until the phase ends. */
  readonly activeTo: Instant | null
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

export interface Phase {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly description: string | null
  readonly metadata: Metadata | null
  readonly activeFrom: Instant
  /** null: until the subscription ends. */
  readonly activeTo: Instant | null
  readonly items: readonly Item[]
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

export interface Subscription {
  readonly id: string
  readonly customerId: string
  readonly name: string
  readonly description: string | null
  readonly metadata: Metadata | null
  readonly annotations: Readonly<Record<string, string>>
  readonly currency: string
  readonly billingCadence: Duration
  readonly billingAnchor: Instant
  readonly proRating: { readonly enabled: boolean; readonly mode: 'prorate_prices' }
  readonly settlementMode: string
  readonly activeFrom: Instant
  readonly activeTo: Instant | null
  readonly phases: readonly Phase[]
  readonly createdAt: Instant
  readonly updatedAt: Instant
  readonly deletedAt: Instant | null
}

export type SubscriptionStatus = 'scheduled' | 'active' | 'canceled' | 'inactive'

export function statusAt(subscription: Subscription, now: Instant): SubscriptionStatus {
  if (subscription.deletedAt !== null) return 'inactive'
  if (subscription.activeFrom > now) return 'scheduled'
  if (subscription.activeTo === null) return 'active'
  return subscription.activeTo > now ? 'canceled' : 'inactive'
}

/** The earlier of the ends that are known. */
export function firstEnd(...ends: readonly (Instant | null)[]): Instant | null {
  return ends.filter((end) => end !== null).sort()[0] ?? null
}

export function phaseEnd(subscription: Subscription, phase: Phase): Instant | null {
  return firstEnd(phase.activeTo, subscription.activeTo)
}

export function itemEnd(subscription: Subscription, phase: Phase, item: Item): Instant | null {
  return firstEnd(item.activeTo, phaseEnd(subscription, phase))
}

/** The phase that holds `at`; before the first one, the first, after the last one, the last. */
export function phaseAt(subscription: Subscription, at: Instant): Phase | undefined {
  const begun = subscription.phases.filter((phase) => phase.activeFrom <= at)
  return begun.at(-1) ?? subscription.phases[0]
}

/** `anchor + n × cadence` around `at`, clipped to the phase. */
export function billingPeriod(subscription: Subscription, phase: Phase, at: Instant): Period {
  const full = periodAt(subscription.billingAnchor, subscription.billingCadence, at)
  const end = phaseEnd(subscription, phase)
  return {
    from: full.from < phase.activeFrom ? phase.activeFrom : full.from,
    to: end !== null && end < full.to ? end : full.to,
  }
}

/** The billing period the subscription is in at `at`. */
export function currentPeriod(subscription: Subscription, at: Instant): Period | undefined {
  const phase = phaseAt(subscription, at)
  return phase && billingPeriod(subscription, phase, at)
}
