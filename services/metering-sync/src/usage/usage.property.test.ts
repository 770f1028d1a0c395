import { addDecimals, decimal, formatDecimal } from '@draupnir/money'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bucketOf, T0 } from '../service.fixture.ts'
import { bucketDelta, gpuHours } from './usage.ts'

it('the sum of what all revisions of an hour add is the rounded total of the hour', () => {
  const totals = fc.array(fc.integer({ min: 0, max: 1024 * 3600 }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(totals, (revisions) => {
      const deltas = revisions.map((total, index) => {
        const delta_gpu_seconds = total - (revisions[index - 1] ?? 0)
        return decimal(bucketDelta(bucketOf(T0, total, { revision: index + 1, delta_gpu_seconds })))
      })
      const sum = deltas.reduce(addDecimals)
      expect(formatDecimal(sum)).toBe(formatDecimal(gpuHours(revisions.at(-1) ?? 0)))
    }),
  )
})
