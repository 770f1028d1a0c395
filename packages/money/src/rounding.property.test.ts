import fc from 'fast-check'
import { expect, it } from 'vitest'
import { divide, type Rounding } from './index.ts'

const integer = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n })
const divisor = integer.filter((n) => n !== 0n)
const modes: Rounding[] = ['down', 'up', 'floor', 'ceiling', 'half_away_from_zero', 'half_even']

/** The integers around n / d, and twice their distance from it, by nothing but comparison. */
function around(n: bigint, d: bigint) {
  const [num, den] = d < 0n ? [-n, -d] : [n, d]
  let below = num / den
  if (below * den > num) below -= 1n
  const above = below * den === num ? below : below + 1n
  return { below, above, closer: 2n * (num - below * den) - den }
}

function oracle(n: bigint, d: bigint, mode: Rounding): bigint {
  const { below, above, closer } = around(n, d)
  if (below === above) return below
  const [toZero, fromZero] = below >= 0n ? [below, above] : [above, below]
  switch (mode) {
    case 'down':
      return toZero
    case 'up':
      return fromZero
    case 'floor':
      return below
    case 'ceiling':
      return above
    case 'half_away_from_zero':
      return closer === 0n ? fromZero : closer < 0n ? below : above
    case 'half_even':
      return closer === 0n ? (below % 2n === 0n ? below : above) : closer < 0n ? below : above
  }
}

it.each(modes)('rounds %s as the definition says', (mode) => {
  fc.assert(
    fc.property(integer, divisor, (n, d) => {
      expect(divide(n, d, mode)).toBe(oracle(n, d, mode))
    }),
    { numRuns: 500 },
  )
  const small = fc.bigInt({ min: -30n, max: 30n })
  fc.assert(
    fc.property(
      small,
      small.filter((n) => n !== 0n),
      (n, d) => {
        expect(divide(n, d, mode)).toBe(oracle(n, d, mode))
      },
    ),
    { numRuns: 1_000 },
  )
})

it.each(modes)('leaves whole quotients alone: %s', (mode) => {
  fc.assert(
    fc.property(integer, divisor, (n, d) => {
      expect(divide(n * d, d, mode)).toBe(n)
    }),
  )
})

it('is a defect to divide by zero', () => {
  expect(() => divide(1n, 0n, 'down')).toThrow('division by zero')
})
