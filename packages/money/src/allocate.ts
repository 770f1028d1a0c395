import { assert } from '@draupnir/errors'
import type { Money } from './money.ts'

/**
 * Splits `total` in proportion to `weights` (non-negative, not all zero) so that the parts sum to the whole:
 * largest remainder, ties to the earlier part. Negative totals split as their mirror image.
 */
export function allocate(total: Money, weights: readonly bigint[]): Money[] {
  const whole = weights.reduce((a, b) => a + b, 0n)
  assert(weights.every((weight) => weight >= 0n) && whole > 0n, 'weights must be non-negative and not all zero')
  const sign = total.amount < 0n ? -1n : 1n
  const amount = total.amount * sign
  const parts = weights.map((weight, index) => ({
    index,
    floor: (amount * weight) / whole,
    remainder: (amount * weight) % whole,
  }))
  let left = amount - parts.reduce((sum, part) => sum + part.floor, 0n)
  const extra = new Set<number>()
  for (const part of [...parts].sort(byRemainderThenIndex)) {
    if (left === 0n) break
    extra.add(part.index)
    left -= 1n
  }
  return parts.map((part) => ({
    amount: sign * (part.floor + (extra.has(part.index) ? 1n : 0n)),
    currency: total.currency,
  }))
}

function byRemainderThenIndex(
  a: { remainder: bigint; index: number },
  b: { remainder: bigint; index: number },
): number {
  if (a.remainder !== b.remainder) return a.remainder > b.remainder ? -1 : 1
  return a.index - b.index
}
