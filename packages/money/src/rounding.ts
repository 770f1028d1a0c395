import { assert, unreachable } from '@draupnir/errors'

/** Every rounding names its mode. */
export type Rounding = 'down' | 'up' | 'floor' | 'ceiling' | 'half_away_from_zero' | 'half_even'

/** `numerator / denominator` as an integer, rounded by the named mode. */
export function divide(numerator: bigint, denominator: bigint, mode: Rounding): bigint {
  assert(denominator !== 0n, 'division by zero')
  const n = denominator < 0n ? -numerator : numerator
  const d = denominator < 0n ? -denominator : denominator
  const quotient = n / d
  const remainder = n % d
  if (remainder === 0n) return quotient
  const away = n < 0n ? quotient - 1n : quotient + 1n
  const doubled = 2n * (remainder < 0n ? -remainder : remainder)
  switch (mode) {
    case 'down':
      return quotient
    case 'up':
      return away
    case 'floor':
      return n < 0n ? away : quotient
    case 'ceiling':
      return n < 0n ? quotient : away
    case 'half_away_from_zero':
      return doubled >= d ? away : quotient
    case 'half_even':
      if (doubled === d) return quotient % 2n === 0n ? quotient : away
      return doubled > d ? away : quotient
    default:
      return unreachable(mode)
  }
}
