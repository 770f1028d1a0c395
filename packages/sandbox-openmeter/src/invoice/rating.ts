import {
  addDecimals,
  compareDecimals,
  type Decimal,
  decimal,
  divide,
  multiplyDecimals,
  negateDecimal,
} from '@draupnir/money'
import { isNegative, isZero, ONE, roundTo, text, ZERO } from '../shared/amount.ts'
import type { Discounts, Price, TieredPrice } from '../subscription/rate-card.ts'
import { sumTotals, type Totals, totals } from './totals.ts'

export interface AmountDiscount {
  readonly amount: string
  readonly reason:
    | { readonly type: 'ratecard_percentage'; readonly percentage: number; readonly correlationId?: string }
    | { readonly type: 'maximum_spend' }
}

/** A detailed line: what OpenMeter shows as a child. */
export interface Detail {
  readonly name: string
  readonly perUnitAmount: string
  readonly quantity: string
  readonly category: 'regular' | 'commitment'
  readonly discounts: readonly AmountDiscount[]
  readonly totals: Totals
}

export interface Rated {
  /** What is billed: the metered quantity less the usage discount. */
  readonly quantity: Decimal
  readonly details: readonly Detail[]
  readonly totals: Totals
}

interface Part {
  readonly name: string
  readonly perUnit: Decimal
  readonly quantity: Decimal
}

/** Prices a line: usage discount → price → percentage → maximum → minimum; each detailed line rounded by itself. */
export function rate(name: string, price: Price, metered: Decimal, discounts: Discounts, currency: string): Rated {
  const quantity = price.type === 'flat' ? ONE : lessUsage(metered, discounts)
  const regular = parts(name, price, quantity).map((part) => detail(part, discounts, currency))
  const capped = price.type === 'flat' ? regular : cap(regular, price.maximumAmount, currency)
  const details = price.type === 'flat' ? capped : [...capped, ...topUp(name, capped, price.minimumAmount, currency)]
  return { quantity, details, totals: sumTotals(details.map((one) => one.totals)) }
}

function lessUsage(metered: Decimal, discounts: Discounts): Decimal {
  if (discounts.usage === undefined) return metered
  const left = addDecimals(metered, negateDecimal(decimal(discounts.usage.quantity)))
  return isNegative(left) ? ZERO : left
}

function parts(name: string, price: Price, quantity: Decimal): Part[] {
  if (price.type === 'flat') return [{ name, perUnit: decimal(price.amount), quantity: ONE }]
  if (price.type === 'tiered') return tiers(name, price, quantity)
  if (compareDecimals(quantity, ZERO) <= 0) return []
  const usage = `${name}: usage in period`
  switch (price.type) {
    case 'unit':
      return [{ name: usage, perUnit: decimal(price.amount), quantity }]
    case 'dynamic':
      return [{ name: usage, perUnit: multiplyDecimals(quantity, decimal(price.multiplier ?? '1')), quantity: ONE }]
    case 'package':
      return [
        {
          name: usage,
          perUnit: decimal(price.amount),
          quantity: packages(quantity, decimal(price.quantityPerPackage)),
        },
      ]
    default:
      return []
  }
}

function packages(quantity: Decimal, each: Decimal): Decimal {
  const scale = Math.max(quantity.scale, each.scale)
  const widen = (value: Decimal) => value.units * 10n ** BigInt(scale - value.scale)
  return { units: divide(widen(quantity), widen(each), 'ceiling'), scale: 0 }
}

function tiers(name: string, price: TieredPrice, quantity: Decimal): Part[] {
  let floor = ZERO
  const bands = price.tiers.map((tier, index) => {
    const upTo = tier.upToAmount === undefined ? null : decimal(tier.upToAmount)
    const band = { tier, number: index + 1, from: floor, upTo }
    floor = upTo ?? floor
    return band
  })
  const inside = bands.filter(({ from, number }) => compareDecimals(quantity, from) > 0 || number === 1)
  const chosen = price.mode === 'volume' ? inside.slice(-1) : inside
  return chosen.flatMap(({ tier, number, from, upTo }) => {
    const end = upTo !== null && compareDecimals(upTo, quantity) < 0 ? upTo : quantity
    const used = price.mode === 'volume' ? quantity : addDecimals(end, negateDecimal(from))
    const flat = {
      name: `${name}: flat price for tier ${number}`,
      perUnit: decimal(tier.flatPrice?.amount ?? '0'),
      quantity: ONE,
    }
    const unit = {
      name: `${name}: usage price for tier ${number}`,
      perUnit: decimal(tier.unitPrice?.amount ?? '0'),
      quantity: used,
    }
    return [flat, unit].filter((part) => !isZero(part.perUnit) && compareDecimals(part.quantity, ZERO) > 0)
  })
}

function detail(part: Part, discounts: Discounts, currency: string): Detail {
  const amount = roundTo(multiplyDecimals(part.perUnit, part.quantity), currency)
  const percentage = discounts.percentage
  const off = percentage === undefined ? [] : [percentageOff(amount, percentage, currency)]
  return finish({ ...part, category: 'regular', amount, discounts: off })
}

function percentageOff(
  amount: Decimal,
  discount: NonNullable<Discounts['percentage']>,
  currency: string,
): AmountDiscount {
  const share = multiplyDecimals(decimal(String(discount.percentage)), { units: 1n, scale: 2 })
  return {
    amount: text(roundTo(multiplyDecimals(amount, share), currency)),
    reason: { type: 'ratecard_percentage', ...discount },
  }
}

interface Priced extends Part {
  readonly category: 'regular' | 'commitment'
  readonly amount: Decimal
  readonly discounts: readonly AmountDiscount[]
}

function finish({ name, perUnit, quantity, category, amount, discounts }: Priced): Detail {
  const off = discounts.reduce((sum, one) => addDecimals(sum, decimal(one.amount)), ZERO)
  return {
    name,
    perUnitAmount: text(perUnit),
    quantity: text(quantity),
    category,
    discounts,
    totals: category === 'regular' ? totals(amount, ZERO, off) : totals(ZERO, amount, off),
  }
}

// What exceeds the maximum is given back as a discount, from the last detailed line backwards.
function cap(details: readonly Detail[], maximum: string | undefined, currency: string): Detail[] {
  if (maximum === undefined) return [...details]
  let left = roundTo(decimal(maximum), currency)
  return details.map((one) => {
    const total = decimal(one.totals.total)
    const over = addDecimals(total, negateDecimal(left))
    left = isNegative(over) ? negateDecimal(over) : ZERO
    if (isNegative(over) || isZero(over)) return one
    const discounts = [...one.discounts, { amount: text(over), reason: { type: 'maximum_spend' as const } }]
    const off = addDecimals(decimal(one.totals.discountsTotal), over)
    return { ...one, discounts, totals: totals(decimal(one.totals.amount), ZERO, off) }
  })
}

function topUp(name: string, details: readonly Detail[], minimum: string | undefined, currency: string): Detail[] {
  if (minimum === undefined) return []
  const missing = addDecimals(
    roundTo(decimal(minimum), currency),
    negateDecimal(decimal(sumTotals(details.map((one) => one.totals)).total)),
  )
  if (compareDecimals(missing, ZERO) <= 0) return []
  const part = { name: `${name}: minimum spend`, perUnit: missing, quantity: ONE }
  return [finish({ ...part, category: 'commitment', amount: missing, discounts: [] })]
}
