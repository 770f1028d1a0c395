import { type Decimal, decimal, exponent, formatDecimal, isCurrency, toInteger } from '@draupnir/money'

const DEFAULT_MINOR_DIGITS = 2
export const ZERO: Decimal = { units: 0n, scale: 0 }
export const ONE: Decimal = { units: 1n, scale: 0 }

/** Rounds half away from zero to the minor unit of the currency. */
export function roundTo(value: Decimal, currency: string): Decimal {
  const scale = isCurrency(currency) ? exponent(currency) : DEFAULT_MINOR_DIGITS
  const shifted = { units: value.units * 10n ** BigInt(scale), scale: value.scale }
  return decimal(formatDecimal({ units: toInteger(shifted, 'half_away_from_zero'), scale }))
}

export const text = formatDecimal
export const isZero = (value: Decimal): boolean => value.units === 0n
export const isNegative = (value: Decimal): boolean => value.units < 0n
