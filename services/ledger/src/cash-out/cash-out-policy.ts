import type { Id } from '@draupnir/ids'
import { compare, formatMoney, type Money } from '@draupnir/money'
import { type Instant, type LocalTime, nextLocalTime } from '@draupnir/time'

/** When earnings are cashed out. */
export type Schedule =
  | { readonly kind: 'on_release' | 'on_request' }
  | { readonly kind: 'daily' | 'weekly'; readonly at: LocalTime }
  | { readonly kind: 'threshold'; readonly threshold: Money }

/** A cash-out that did not arrive, after which nothing is cashed out by schedule until somebody has looked. */
export interface Pause {
  readonly cashOutId: Id<'cashOut'>
  readonly reason: string
  readonly since: Instant
}

export interface CashOutPolicy {
  readonly partyId: Id<'party'>
  readonly schedule: Schedule
  /** Less than this waits. */
  readonly minimum: Money | null
  /** Null for the default, which nobody set. */
  readonly set: { readonly by: string; readonly at: Instant } | null
  readonly pause: Pause | null
  /** When the clock of the schedule will come round; null while there is nothing to cash out. */
  readonly dueAt: Instant | null
}

/** What a party has that nobody set a policy for: its earnings are paid out as soon as they are released. */
export function defaultPolicy(partyId: Id<'party'>): CashOutPolicy {
  return { partyId, schedule: { kind: 'on_release' }, minimum: null, set: null, pause: null, dueAt: null }
}

/** When the schedule comes round next; null for one that follows no clock. */
export function nextDueAt({ schedule }: CashOutPolicy, after: Instant): Instant | null {
  return 'at' in schedule ? nextLocalTime(after, schedule.at) : null
}

/** Whether an amount is large enough to be cashed out by schedule. */
export function isEnough({ schedule, minimum }: CashOutPolicy, amount: Money): boolean {
  if (amount.amount <= 0n || isBelow(amount, minimum)) return false
  if (schedule.kind !== 'threshold') return true
  return schedule.threshold.currency === amount.currency && compare(amount, schedule.threshold) >= 0
}

/** Whether an amount is below a minimum, which speaks of its own currency only. */
export function isBelow(amount: Money, minimum: Money | null): boolean {
  return minimum !== null && minimum.currency === amount.currency && compare(amount, minimum) < 0
}

/** Whether two policies say the same, whoever set them. */
export function isSamePolicy(a: Stated, b: Stated): boolean {
  return said(a) === said(b)
}

type Stated = Pick<CashOutPolicy, 'schedule' | 'minimum'>

function said({ schedule, minimum }: Stated): string {
  const when = 'at' in schedule ? [schedule.at.weekday, schedule.at.time, schedule.at.zone] : []
  const threshold = 'threshold' in schedule ? [formatMoney(schedule.threshold)] : []
  return [schedule.kind, ...when, ...threshold, minimum === null ? '' : formatMoney(minimum)].join(' ')
}
