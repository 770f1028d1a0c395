import { addDecimals, type Decimal, decimal, formatDecimal, multiplyDecimals, ratio } from '@draupnir/money'
import type { Price } from '@draupnir/wire'

const PRICE_SCALE = 6

/** The price raised by a rate, to six decimals of a minor unit, half away from zero; what is charged once stays. */
export function uplifted(price: Price, rate: string): Price {
  const factor = addDecimals(decimal('1'), decimal(rate))
  const raise = (unit: Price['unit_price']) => ({ ...unit, amount: raised(unit.amount, factor) })
  if (price.type === 'flat_once') return price
  if (price.type === 'flat_recurring' || price.tiers === undefined)
    return { ...price, unit_price: raise(price.unit_price) }
  const tiers = price.tiers.map((tier) => ({ ...tier, unit_price: raise(tier.unit_price) }))
  return { ...price, unit_price: raise(price.unit_price), tiers }
}

function raised(amount: string, factor: Decimal): string {
  const { units, scale } = multiplyDecimals(decimal(amount), factor)
  return formatDecimal(ratio(units, 10n ** BigInt(scale), PRICE_SCALE, 'half_away_from_zero'))
}
