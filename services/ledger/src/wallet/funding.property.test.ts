import { parseId } from '@draupnir/ids'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { consume } from './funding.ts'

const payIn = (n: number) => parseId('payIn', `pin_${String(n).padStart(26, '0')}`)

it('takes exactly the amount, no lot below zero, and none before an older one is used up', () => {
  const lots = fc.array(fc.bigInt(0n, 50n), { maxLength: 6 })
  fc.assert(
    fc.property(lots, fc.bigInt(1n, 400n), (amounts, amount) => {
      const given = amounts.map((remaining, index) => ({ payInId: payIn(index), remaining }))
      const pieces = consume(given, amount)
      expect(pieces.reduce((sum, piece) => sum + piece.amount, 0n)).toBe(amount)
      const left = given.map(
        ({ payInId, remaining }) => remaining - (pieces.find((piece) => piece.payInId === payInId)?.amount ?? 0n),
      )
      expect(left.every((it) => it >= 0n)).toBe(true)
      const held = amounts.reduce((sum, it) => sum + it, 0n)
      const other = pieces.find((piece) => piece.payInId === null)?.amount ?? 0n
      expect(other).toBe(amount > held ? amount - held : 0n)
      const firstLeft = left.findIndex((it) => it > 0n)
      if (firstLeft >= 0) expect(left.slice(firstLeft + 1)).toEqual(amounts.slice(firstLeft + 1))
    }),
  )
})
