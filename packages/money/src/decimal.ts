import { refuse } from '@draupnir/errors'
import { divide, type Rounding } from './rounding.ts'

/** An exact decimal number: `units × 10^-scale`. Used for unit prices, quantities and rates, never for balances. */
export interface Decimal {
  readonly units: bigint
  readonly scale: number
}

/** Decimals kept after the point at the most. */
export const MAX_SCALE = 12
const MAX_DIGITS = 30
const PATTERN = /^-?(0|[1-9]\d*)(\.\d+)?$/

/** Reads `"-12.345"`; no exponent, no leading zeros, at most 12 decimals. Refuses `money.invalid-decimal`. */
export function decimal(text: string): Decimal {
  const [whole = '', fraction = ''] = text.split('.')
  if (text.length > MAX_DIGITS + 2 || !PATTERN.test(text) || fraction.length > MAX_SCALE) {
    refuse('money.invalid-decimal', { value: text.slice(0, 40) })
  }
  return trim({ units: BigInt(whole + fraction), scale: fraction.length })
}

/** Writes a decimal without trailing zeros. */
export function formatDecimal(value: Decimal): string {
  const { units, scale } = trim(value)
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
  const sign = units < 0n ? '-' : ''
  if (scale === 0) return sign + digits
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale)
  return trim({ units: widen(a, scale) + widen(b, scale), scale })
}

/** The exact product; never rounded. */
export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  return trim({ units: a.units * b.units, scale: a.scale + b.scale })
}

export function negateDecimal(a: Decimal): Decimal {
  return { units: -a.units, scale: a.scale }
}

/** -1, 0 or 1 as `a` is less than, equal to or more than `b`. */
export function compareDecimals(a: Decimal, b: Decimal): -1 | 0 | 1 {
  const scale = Math.max(a.scale, b.scale)
  const difference = widen(a, scale) - widen(b, scale)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** The integer nearest by the named mode. */
export function toInteger(value: Decimal, mode: Rounding): bigint {
  return divide(value.units, 10n ** BigInt(value.scale), mode)
}

/** `numerator / denominator` with `scale` decimals, rounded by the named mode. */
export function ratio(numerator: bigint, denominator: bigint, scale: number, mode: Rounding): Decimal {
  return trim({ units: divide(numerator * 10n ** BigInt(scale), denominator, mode), scale })
}

function widen(value: Decimal, scale: number): bigint {
  return value.units * 10n ** BigInt(scale - value.scale)
}

function trim(value: Decimal): Decimal {
  let { units, scale } = value
  while (scale > 0 && units % 10n === 0n) {
    units /= 10n
    scale -= 1
  }
  return { units, scale }
}
