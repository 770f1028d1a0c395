import fc from 'fast-check'
import { expect, it } from 'vitest'
import { allocate, MAX_AMOUNT, money } from './index.ts'

const totals = fc.bigInt({ min: -MAX_AMOUNT, max: MAX_AMOUNT }).map((amount) => money(amount, 'USD'))
const weights = fc
  .array(fc.bigInt({ min: 0n, max: 10n ** 15n }), { minLength: 1, maxLength: 20 })
  .filter((list) => list.some((weight) => weight > 0n))

function amounts(parts: readonly { amount: bigint }[]): bigint[] {
  return parts.map(({ amount }) => amount)
}

it('splits any total into parts that sum to the whole', () => {
  fc.assert(
    fc.property(totals, weights, (total, list) => {
      const parts = allocate(total, list)
      expect(parts).toHaveLength(list.length)
      expect(amounts(parts).reduce((a, b) => a + b, 0n)).toBe(total.amount)
    }),
  )
})

it('gives each part its exact share, less than one minor unit away', () => {
  fc.assert(
    fc.property(totals, weights, (total, list) => {
      const whole = list.reduce((a, b) => a + b, 0n)
      allocate(total, list).forEach(({ amount }, index) => {
        const away = amount * whole - total.amount * (list[index] ?? 0n)
        expect(away < whole && away > -whole).toBe(true)
      })
    }),
  )
})

it('gives the minor units left over to the largest remainders', () => {
  fc.assert(
    fc.property(
      totals.filter(({ amount }) => amount >= 0n),
      weights,
      (total, list) => {
        const whole = list.reduce((a, b) => a + b, 0n)
        const shares = allocate(total, list).map(({ amount }, index) => {
          const exact = total.amount * (list[index] ?? 0n)
          return { extra: amount - exact / whole, remainder: exact % whole, index }
        })
        for (const a of shares.filter(({ extra }) => extra === 1n))
          for (const b of shares.filter(({ extra }) => extra === 0n))
            expect(a.remainder > b.remainder || (a.remainder === b.remainder && a.index < b.index)).toBe(true)
      },
    ),
  )
})

it('mirrors a negative total, so that a reversal undoes exactly the split', () => {
  fc.assert(
    fc.property(totals, weights, (total, list) => {
      const mirrored = amounts(allocate({ ...total, amount: -total.amount }, list)).map((amount) => -amount)
      expect(mirrored).toEqual(amounts(allocate(total, list)))
    }),
  )
})

it('gives nothing to a weight of zero', () => {
  fc.assert(
    fc.property(totals, weights, (total, list) => {
      allocate(total, [...list, 0n]).forEach(({ amount }, index) => {
        if ((list[index] ?? 0n) === 0n) expect(amount).toBe(0n)
      })
    }),
  )
})

it.each([
  [100, [1, 1, 1], [34, 33, 33]],
  [-100, [1, 1, 1], [-34, -33, -33]],
  [1, [0, 1, 1], [0, 1, 0]],
  [0, [5, 7], [0, 0]],
  [10, [1, 2, 3], [2, 3, 5]],
])('splits %j by %j into %j', (total, list, parts) => {
  expect(amounts(allocate(money(BigInt(total), 'USD'), list.map(BigInt)))).toEqual(parts.map(BigInt))
})

it.each([[[]], [[0, 0]], [[1, -1, 5]]])('is a defect to split by %j', (list: number[]) => {
  expect(() => allocate(money(1n, 'USD'), list.map(BigInt))).toThrow('weights must be')
})
