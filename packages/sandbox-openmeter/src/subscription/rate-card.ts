import { compareDecimals, decimal, formatDecimal } from '@draupnir/money'
import { DAY_MS, type Duration, duration, durationMs, HOUR_MS } from '@draupnir/time'
import { isNegative, ZERO } from '../shared/amount.ts'
import { type ApiError, badRequest, validationError } from '../shared/problem.ts'
import type { Metadata } from '../shared/shape.ts'

export interface FlatPrice {
  readonly type: 'flat'
  readonly amount: string
  readonly paymentTerm?: 'in_advance' | 'in_arrears'
}
interface Commitments {
  readonly minimumAmount?: string
  readonly maximumAmount?: string
}
export interface Tier {
  readonly upToAmount?: string
  readonly flatPrice: { readonly amount: string } | null
  readonly unitPrice: { readonly amount: string } | null
}
export type UnitPrice = Commitments & { readonly type: 'unit'; readonly amount: string }
export type TieredPrice = Commitments & {
  readonly type: 'tiered'
  readonly mode: 'volume' | 'graduated'
  readonly tiers: readonly Tier[]
}
export type DynamicPrice = Commitments & { readonly type: 'dynamic'; readonly multiplier?: string }
export type PackagePrice = Commitments & {
  readonly type: 'package'
  readonly amount: string
  readonly quantityPerPackage: string
}
export type Price = FlatPrice | UnitPrice | TieredPrice | DynamicPrice | PackagePrice

export interface Discounts {
  readonly percentage?: { readonly percentage: number; readonly correlationId?: string }
  readonly usage?: { readonly quantity: string; readonly correlationId?: string }
}

export interface RateCard {
  readonly type: 'flat_fee' | 'usage_based'
  readonly key: string
  readonly name: string
  readonly description?: string
  readonly metadata?: Metadata | null
  readonly featureKey?: string
  readonly billingCadence: Duration | null
  readonly price: Price | null
  readonly discounts?: Discounts
  readonly taxConfig?: Readonly<Record<string, unknown>>
  readonly entitlementTemplate?: unknown
}

export const BILLING_CADENCES: readonly string[] = ['P1W', 'P2W', 'P4W', 'P1M', 'P3M', 'P6M', 'P12M', 'P1Y']

/** Whether one cadence is a whole multiple of the other. */
export function cadencesAlign(a: Duration, b: Duration): boolean {
  const [x, y] = [cadenceParts(a), cadenceParts(b)]
  if (x.months > 0 !== y.months > 0) return false
  if (x.months > 0) return x.ms === 0 && y.ms === 0 && (x.months % y.months === 0 || y.months % x.months === 0)
  return x.ms % y.ms === 0 || y.ms % x.ms === 0
}

function cadenceParts(cadence: Duration): { months: number; ms: number } {
  const [, years, months, rest] = /^P(?:(\d+)Y)?(?:(\d+)M)?(.*)$/.exec(cadence) ?? []
  const ms = rest ? durationMs(duration(`P${rest}`)) : 0
  return { months: Number(years ?? 0) * 12 + Number(months ?? 0), ms }
}

/** The rules of a rate card by itself; the path names it in the refusal. */
export function checkRateCard(card: RateCard, billingCadence: Duration, path: string): void {
  const refuse = (code: string, message: string): ApiError => validationError(400, code, message, path)
  if (card.featureKey !== undefined && card.featureKey !== card.key) {
    throw refuse('rate_card_key_feature_key_mismatch', 'rate card key must match feature key')
  }
  if (card.billingCadence !== null) {
    const { months, ms } = cadenceParts(duration(card.billingCadence))
    if (months === 0 && ms < HOUR_MS) {
      throw refuse('rate_card_billing_cadence_invalid', 'billing cadence must be at least 1 hour')
    }
    if (months === 0 && ms % HOUR_MS !== 0 && ms % DAY_MS !== 0) {
      throw refuse('rate_card_billing_cadence_invalid', 'billing cadence must be whole hours')
    }
    if (!cadencesAlign(card.billingCadence, billingCadence)) {
      throw refuse(
        'rate_card_billing_cadence_unaligned',
        'billing cadence of rate card is not aligned with that of the plan',
      )
    }
  }
  if (card.price !== null && card.price.type !== 'flat' && card.featureKey === undefined) {
    throw refuse('usage_based_price_with_no_feature', 'usage based price with no feature')
  }
  if (card.price !== null) checkPrice(card.price)
  checkDiscounts(card.discounts, card.price)
}

/** Amounts are decimals and never negative; tiers rise to an open end. */
export function checkPrice(price: Price): void {
  for (const amount of amountsOf(price)) {
    if (isNegative(decimal(amount))) throw badRequest('validation error: price: the Amount must not be negative')
  }
  if (price.type === 'flat') return
  const { minimumAmount, maximumAmount } = price
  if (minimumAmount !== undefined && maximumAmount !== undefined) {
    if (compareDecimals(decimal(minimumAmount), decimal(maximumAmount)) > 0) {
      throw badRequest(
        'validation error: price: minimum spend amount must be less than or equal to maximum spend amount',
      )
    }
  }
  if (price.type === 'tiered') checkTiers(price.tiers)
  if (price.type === 'package' && compareDecimals(decimal(price.quantityPerPackage), ZERO) <= 0) {
    throw badRequest('validation error: price: quantity per package must be positive')
  }
}

function checkTiers(tiers: readonly Tier[]): void {
  let last = ZERO
  for (const [index, tier] of tiers.entries()) {
    if (!tier.flatPrice && !tier.unitPrice)
      throw badRequest('validation error: price: tier must have at least one price component')
    const open = tier.upToAmount === undefined
    if (open !== (index === tiers.length - 1))
      throw badRequest('validation error: price: only the last tier must be open ended')
    if (tier.upToAmount === undefined) return
    const upTo = decimal(tier.upToAmount)
    if (compareDecimals(upTo, last) <= 0) throw badRequest('validation error: price: tiers must be in ascending order')
    last = upTo
  }
}

function amountsOf(price: Price): string[] {
  if (price.type === 'flat') return [price.amount]
  const commitments = [price.minimumAmount, price.maximumAmount].filter((amount) => amount !== undefined)
  if (price.type === 'tiered') {
    const tiers = price.tiers.flatMap((tier) => [tier.flatPrice?.amount, tier.unitPrice?.amount])
    return [...commitments, ...tiers.filter((amount) => amount !== undefined)]
  }
  if (price.type === 'dynamic') return [...commitments, price.multiplier ?? '1']
  return [...commitments, price.amount]
}

export function checkDiscounts(discounts: Discounts | undefined, price: Price | null): void {
  const percentage = discounts?.percentage?.percentage
  if (percentage !== undefined && (percentage < 0 || percentage > 100)) {
    throw badRequest('validation error: discounts: percentage must be between 0 and 100')
  }
  if (discounts?.usage === undefined) return
  if (price === null || price.type === 'flat') {
    throw badRequest('validation error: discounts: usage discount is not supported for flat price')
  }
  if (isNegative(decimal(discounts.usage.quantity))) {
    throw badRequest('validation error: discounts: usage must not be negative')
  }
}

/** The price as OpenMeter gives it back: decimals without trailing zeros, the payment term always there. */
export function normalizedPrice(price: Price): Price {
  if (price.type === 'flat')
    return { type: 'flat', amount: plain(price.amount), paymentTerm: price.paymentTerm ?? 'in_advance' }
  const limits = {
    ...(price.minimumAmount === undefined ? {} : { minimumAmount: plain(price.minimumAmount) }),
    ...(price.maximumAmount === undefined ? {} : { maximumAmount: plain(price.maximumAmount) }),
  }
  if (price.type === 'tiered') return { ...price, ...limits, tiers: price.tiers.map(normalizedTier) }
  if (price.type === 'dynamic') return { ...price, ...limits, multiplier: plain(price.multiplier ?? '1') }
  if (price.type === 'unit') return { ...price, ...limits, amount: plain(price.amount) }
  return { ...price, ...limits, amount: plain(price.amount), quantityPerPackage: plain(price.quantityPerPackage) }
}

export function normalizedCard(card: RateCard): RateCard {
  return card.price === null ? card : { ...card, price: normalizedPrice(card.price) }
}

const plain = (amount: string): string => formatDecimal(decimal(amount))

function normalizedTier({ upToAmount, flatPrice, unitPrice }: Tier): Tier {
  return {
    ...(upToAmount === undefined ? {} : { upToAmount: plain(upToAmount) }),
    flatPrice: flatPrice && { ...flatPrice, amount: plain(flatPrice.amount) },
    unitPrice: unitPrice && { ...unitPrice, amount: plain(unitPrice.amount) },
  }
}
