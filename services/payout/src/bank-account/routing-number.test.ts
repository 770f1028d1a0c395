import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isRoutingNumber } from './routing-number.ts'

it.each(['121141822', '021000021', '011401533', '091000019'])('%s is one', (text) =>
  expect(isRoutingNumber(text)).toBe(true),
)
it.each(['121141823', '211141822', '000000000', '12114182', '1211418220', '12114182a', ' 121141822', ''])(
  '%j is none',
  (text) => expect(isRoutingNumber(text)).toBe(false),
)
it('notices every single wrong digit', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 1, max: 9 }), (at, by) => {
      const digits = [...'121141822']
      digits[at] = String((Number(digits[at]) + by) % 10)
      return !isRoutingNumber(digits.join(''))
    }),
  )
})
