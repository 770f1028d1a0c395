import { addMs, HOUR_MS } from '@draupnir/time'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { T0 } from '../service.fixture.ts'
import type { Service } from '../usage/usage.ts'
import { difference, replaced, servesAt } from './serves.ts'

const HOURS = 40
const at = (hour: number) => addMs(T0, hour * HOUR_MS)
const hours = Array.from({ length: HOURS }, (_, hour) => at(hour))

/** Stretches in order and apart, the last perhaps without an end. */
const serves = fc
  .tuple(fc.uniqueArray(fc.integer({ min: 0, max: HOURS - 1 }), { maxLength: 8 }), fc.boolean())
  .map(([edges, open]): Service[] => {
    const sorted = edges.sort((a, b) => a - b)
    return sorted.flatMap((from, index): Service[] => {
      if (index % 2 === 1) return []
      const until = sorted[index + 1]
      return until === undefined
        ? open
          ? [{ from: at(from), until: null }]
          : []
        : [{ from: at(from), until: at(until) }]
    })
  })
const since = fc.integer({ min: 0, max: HOURS }).map(at)

it('what is replaced holds before, what replaces it from then on', () => {
  fc.assert(
    fc.property(serves, serves, since, (old, young, moment) => {
      const next = young.filter(({ from }) => from >= moment)
      const all = replaced(old, moment, next)
      for (const hour of hours) expect(servesAt(all, hour)).toBe(servesAt(hour < moment ? old : next, hour))
      expect(all.every(({ until }, index) => until === null || until < (all[index + 1]?.from ?? '9'))).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

it('the difference is the time in which one of two holds', () => {
  fc.assert(
    fc.property(serves, serves, (one, other) => {
      const found = difference(one, other)
      const differs = found.map(({ from, to }) => ({ from, until: to }))
      for (const hour of hours) expect(servesAt(differs, hour)).toBe(servesAt(one, hour) !== servesAt(other, hour))
      expect(difference(one, one)).toEqual([])
    }),
    { numRuns: 1000 },
  )
})
