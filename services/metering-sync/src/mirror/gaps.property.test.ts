import { addMs, MINUTE_MS, periodMs } from '@draupnir/time'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { FEB, T0 } from '../service.fixture.ts'
import { prorated } from './gaps.ts'

const whole = { from: T0, to: FEB }
const cuts = fc.uniqueArray(fc.integer({ min: 1, max: periodMs(whole) / MINUTE_MS - 1 }), { maxLength: 6 })

it('the parts of a period come to its price, however it is cut', () => {
  fc.assert(
    fc.property(cuts, fc.bigInt({ min: 0n, max: 10n ** 12n }), (minutes, amount) => {
      const edges = [whole.from, ...minutes.sort((a, b) => a - b).map((at) => addMs(T0, at * MINUTE_MS)), whole.to]
      const parts = edges.slice(1).map((to, index) => {
        const part = { from: edges[index] ?? to, to }
        return prorated({ amount, currency: 'USD' }, whole, part).amount
      })
      expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(amount)
      expect(parts.every((part) => part >= 0n)).toBe(true)
    }),
  )
})
