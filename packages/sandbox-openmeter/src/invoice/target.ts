import { decimal, divide, exponent, isCurrency } from '@draupnir/money'
import { addMs, type Instant, type Period, periodAt, periodMs } from '@draupnir/time'
import { isZero, text } from '../shared/amount.ts'
import type { FlatPrice, Price } from '../subscription/rate-card.ts'
import { billingPeriod, type Item, itemEnd, type Phase, type Subscription } from '../subscription/subscription.ts'

/** A line a subscription should have. */
export interface Target {
  readonly ref: string
  readonly phase: Phase
  readonly item: Item
  readonly price: Price
  readonly period: Period
  readonly invoiceAt: Instant
  readonly billingPeriod: Period
}

export interface TargetOptions {
  /** Lines to be invoiced up to here; a subscription with an end has all of its lines at once. */
  readonly horizon: Instant
  readonly fullPeriodAtEnd: boolean
}

/** Every line the rate cards of a subscription ask for, by the identity OpenMeter keeps lines by. */
export function targetsOf(subscription: Subscription, options: TargetOptions): Target[] {
  if (subscription.deletedAt !== null) return []
  const horizon = subscription.activeTo ?? options.horizon
  return subscription.phases.flatMap((phase) =>
    phase.items.flatMap((item) => itemTargets(subscription, phase, item, { ...options, horizon })),
  )
}

function itemTargets(subscription: Subscription, phase: Phase, item: Item, options: TargetOptions): Target[] {
  const { price, billingCadence } = item.rateCard
  if (price === null) return []
  const end = itemEnd(subscription, phase, item)
  if (end !== null && end <= item.activeFrom) return []
  const ref = `${subscription.id}/${phase.key}/${item.key}/v[${item.version}]`
  if (billingCadence === null) return oneTime(subscription, phase, item, price, end, ref, options.horizon)
  const found: Target[] = []
  let full = periodAt(subscription.billingAnchor, billingCadence, item.activeFrom)
  for (let n = 0; end === null || full.from < end; n += 1) {
    const period = clip(full, item.activeFrom, end)
    const target = recurring(subscription, phase, item, price, full, period, options)
    if (target.billingPeriod.from > options.horizon) break
    if (target.invoiceAt <= options.horizon && !isZeroFlat(target.price)) {
      found.push({ ...target, ref: `${ref}/period[${n}]` })
    }
    full = periodAt(subscription.billingAnchor, billingCadence, full.to)
  }
  return found
}

function recurring(
  subscription: Subscription,
  phase: Phase,
  item: Item,
  price: Price,
  full: Period,
  period: Period,
  options: TargetOptions,
): Omit<Target, 'ref'> {
  const inAdvance = price.type === 'flat' && price.paymentTerm !== 'in_arrears'
  const billing = billingPeriod(subscription, phase, inAdvance ? period.from : addMs(period.to, -1))
  const invoiceAt = inAdvance ? billing.from : later(period.to, billing.to)
  const cutByEnd = period.to === subscription.activeTo && period.to < full.to
  const whole = !subscription.proRating.enabled || (options.fullPeriodAtEnd && cutByEnd)
  const prorated = price.type === 'flat' && !whole ? prorate(price, period, full, subscription.currency) : price
  return { phase, item, price: prorated, period, invoiceAt, billingPeriod: billing }
}

/** Amount × seconds in service ÷ seconds of the full period, rounded half away from zero to the minor unit. */
export function prorate(price: FlatPrice, service: Period, full: Period, currency: string): FlatPrice {
  const [part, whole] = [seconds(service), seconds(full)]
  if (part === whole) return price
  const amount = decimal(price.amount)
  const scale = isCurrency(currency) ? exponent(currency) : 2
  const numerator = amount.units * 10n ** BigInt(scale) * part
  const units = divide(numerator, 10n ** BigInt(amount.scale) * whole, 'half_away_from_zero')
  return { ...price, amount: text({ units, scale }) }
}

// In arrears it is billed only when the item gets an end; in advance at once, whole.
function oneTime(
  subscription: Subscription,
  phase: Phase,
  item: Item,
  price: Price,
  end: Instant | null,
  ref: string,
  horizon: Instant,
): Target[] {
  const inArrears = price.type !== 'flat' || price.paymentTerm === 'in_arrears'
  if ((inArrears && end === null) || isZeroFlat(price)) return []
  const billing = billingPeriod(subscription, phase, item.activeFrom)
  const invoiceAt = inArrears ? (end ?? billing.to) : billing.from
  if (invoiceAt > horizon) return []
  const period = { from: item.activeFrom, to: end ?? item.activeFrom }
  return [{ ref, phase, item, price, period, invoiceAt, billingPeriod: billing }]
}

function clip(full: Period, from: Instant, to: Instant | null): Period {
  return { from: later(full.from, from), to: to !== null && to < full.to ? to : full.to }
}

const later = (a: Instant, b: Instant): Instant => (a > b ? a : b)
const seconds = (period: Period): bigint => BigInt(Math.trunc(periodMs(period) / 1000))
const isZeroFlat = (price: Price): boolean => price.type === 'flat' && isZero(decimal(price.amount))
