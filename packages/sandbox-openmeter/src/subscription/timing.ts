import { addMs, type Instant, instant, MINUTE_MS, periodAt } from '@draupnir/time'
import { badRequest } from '../shared/problem.ts'
import { currentPeriod, type Subscription } from './subscription.ts'

/** `immediate`, `next_billing_cycle`, or a moment. */
export type Timing = string
const PAST_TOLERANCE_MS = 2 * MINUTE_MS

/** When a new subscription starts: now, or at a moment that is at most two minutes gone. */
export function startOf(timing: Timing, now: Instant): Instant {
  if (timing === 'immediate') return now
  if (timing === 'next_billing_cycle') {
    throw badRequest('validation error: next_billing_cycle is not supported when creating a subscription')
  }
  const at = instant(timing)
  if (at < addMs(now, -PAST_TOLERANCE_MS)) throw badRequest('validation error: cannot create subscription in the past')
  return at
}

/** When an edit takes effect; only the two named timings. */
export function editTime(subscription: Subscription, timing: Timing, now: Instant): Instant {
  if (timing === 'immediate') return now
  if (timing === 'next_billing_cycle') return nextBoundary(subscription, now)
  throw badRequest('validation error: cannot edit running subscription with custom timing')
}

/** When a subscription ends: a moment must lie on a boundary of its billing periods. */
export function endOf(subscription: Subscription, timing: Timing, now: Instant): Instant {
  if (timing === 'immediate') return now
  if (timing === 'next_billing_cycle') return nextBoundary(subscription, now)
  const at = instant(timing)
  if (at < now) throw badRequest('validation error: cannot cancel subscription in the past')
  if (periodAt(subscription.billingAnchor, subscription.billingCadence, at).from !== at) {
    throw badRequest('validation error: cannot cancel aligned subscription with custom misaligned timing')
  }
  return at
}

function nextBoundary(subscription: Subscription, now: Instant): Instant {
  const period = currentPeriod(subscription, now)
  if (!period) throw badRequest('validation error: subscription has no billing period')
  return period.to
}
