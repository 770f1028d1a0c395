import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  addDuration,
  addMs,
  type Duration,
  duration,
  durationMs,
  fromEpochMs,
  instant,
  intersect,
  periodAt,
  periodMs,
  startOfHour,
} from './index.ts'

const zones = fc.constantFrom('UTC', 'America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'Pacific/Apia')
const cadences = fc.constantFrom(...['P1M', 'P3M', 'P1Y', 'P1W', 'P1D', 'PT1H', 'P1M15D', 'PT30M'].map(duration))
const from = Date.UTC(2005, 0, 1)
const moments = fc.integer({ min: from, max: Date.UTC(2045, 0, 1) }).map(fromEpochMs)
/** Month ends and leap days, at midnight and around the hours that clocks skip or repeat. */
const awkward = fc
  .record({
    year: fc.integer({ min: 2007, max: 2040 }),
    month: fc.integer({ min: 0, max: 11 }),
    day: fc.integer({ min: 28, max: 31 }),
    minute: fc.integer({ min: 0, max: 1439 }),
  })
  .map(({ year, month, day, minute }) => fromEpochMs(Date.UTC(year, month, day, 0, minute)))
const anchors = fc.oneof(moments, awkward)
const near = fc.tuple(anchors, fc.integer({ min: -400 * 86_400_000, max: 400 * 86_400_000 }))

it('holds the moment it is asked for', () => {
  fc.assert(
    fc.property(near, cadences, zones, ([anchor, ms], cadence, zone) => {
      const at = addMs(anchor, ms)
      const period = periodAt(anchor, cadence, at, zone)
      expect(period.from <= at && at < period.to).toBe(true)
    }),
    { numRuns: 300 },
  )
})

it('covers time without gap or overlap', () => {
  fc.assert(
    fc.property(near, cadences, zones, ([anchor, ms], cadence, zone) => {
      const period = periodAt(anchor, cadence, addMs(anchor, ms), zone)
      expect(periodAt(anchor, cadence, period.to, zone).from).toBe(period.to)
      expect(periodAt(anchor, cadence, addMs(period.from, -1), zone).to).toBe(period.from)
      expect(periodAt(anchor, cadence, period.from, zone)).toEqual(period)
      expect(periodAt(anchor, cadence, addMs(period.to, -1), zone)).toEqual(period)
    }),
    { numRuns: 300 },
  )
})

it('starts the first period at the anchor', () => {
  fc.assert(
    fc.property(anchors, cadences, zones, (anchor, cadence, zone) => {
      expect(periodAt(anchor, cadence, anchor, zone).from).toBe(anchor)
    }),
  )
})

it.each([
  [
    '2026-01-31T00:00:00Z',
    'P1M',
    'UTC',
    '2026-02-15T00:00:00Z',
    '2026-01-31T00:00:00.000Z',
    '2026-02-28T00:00:00.000Z',
  ],
  [
    '2026-01-31T00:00:00Z',
    'P1M',
    'UTC',
    '2026-03-15T00:00:00Z',
    '2026-02-28T00:00:00.000Z',
    '2026-03-31T00:00:00.000Z',
  ],
  [
    '2024-02-29T00:00:00Z',
    'P1Y',
    'UTC',
    '2025-06-01T00:00:00Z',
    '2025-02-28T00:00:00.000Z',
    '2026-02-28T00:00:00.000Z',
  ],
  [
    '2024-02-29T00:00:00Z',
    'P1Y',
    'UTC',
    '2028-06-01T00:00:00Z',
    '2028-02-29T00:00:00.000Z',
    '2029-02-28T00:00:00.000Z',
  ],
  [
    '2026-03-07T05:00:00Z',
    'P1D',
    'America/New_York',
    '2026-03-08T12:00:00Z',
    '2026-03-08T05:00:00.000Z',
    '2026-03-09T04:00:00.000Z',
  ],
  [
    '2026-01-01T00:00:00Z',
    'P1M',
    'UTC',
    '2025-12-31T23:59:59.999Z',
    '2025-12-01T00:00:00.000Z',
    '2026-01-01T00:00:00.000Z',
  ],
])('anchored %s, every %s in %s, %s lies in [%s, %s)', (anchor, cadence, zone, at, start, end) => {
  expect(periodAt(instant(anchor), duration(cadence), instant(at), zone)).toEqual({ from: start, to: end })
})

it('finds a period far from its anchor without walking there', () => {
  const began = performance.now()
  const at = instant('2045-06-01T00:30:00Z')
  const period = periodAt(instant('1990-01-31T00:00:00Z'), duration('PT1H'), at)
  expect(period).toEqual({ from: startOfHour(at), to: addMs(startOfHour(at), 3_600_000) })
  expect(performance.now() - began).toBeLessThan(1_000)
})

it('does not drift over month ends', () => {
  const anchor = instant('2026-01-31T00:00:00Z')
  const days = Array.from({ length: 12 }, (_, n) => addDuration(anchor, duration('P1M'), n).slice(5, 10))
  expect(days.join(' ')).toBe('01-31 02-28 03-31 04-30 05-31 06-30 07-31 08-31 09-30 10-31 11-30 12-31')
})

it('intersects two periods in the part they share', () => {
  const period = fc
    .tuple(moments, fc.integer({ min: 1, max: 10 ** 11 }))
    .map(([a, ms]) => ({ from: a, to: addMs(a, ms) }))
  fc.assert(
    fc.property(period, period, moments, (a, b, at) => {
      const both = intersect(a, b)
      expect(both).toEqual(intersect(b, a))
      const inside = (p: typeof a | null) => p !== null && p.from <= at && at < p.to
      expect(inside(both)).toBe(inside(a) && inside(b))
      if (both !== null) expect(periodMs(both)).toBeGreaterThan(0)
    }),
  )
  const a = { from: instant('2026-01-01T00:00:00Z'), to: instant('2026-01-02T00:00:00Z') }
  expect(intersect(a, { from: a.to, to: instant('2026-01-03T00:00:00Z') })).toBeNull()
})

it('measures durations that have a fixed length, and only those', () => {
  expect(durationMs(duration('P1W2DT3H4M5.006S'))).toBe(((9 * 24 + 3) * 3600 + 4 * 60 + 5) * 1000 + 6)
  for (const text of ['P1M', 'P1Y']) expect(() => durationMs(duration(text))).toThrow()
})

it.each(['', 'P', '1M', '-P1M', 'P-1M', 'P1M1', 'PT', 'P1.5M', 'one month'])('refuses the duration %j', (text) => {
  expect(() => duration(text)).toThrow()
})

it.each(['PT0S', 'P0D'])('is a defect to bill every %s', (text) => {
  const anchor = instant('2026-01-01T00:00:00Z')
  expect(() => periodAt(anchor, text as Duration, anchor)).toThrow('longer than zero')
})

it('adds in UTC what the calendar of Etc/UTC adds, forwards and back', () => {
  const lengths = fc.oneof(
    cadences,
    fc.constantFrom(...['P2Y7M3W40DT30H90M0.5S', 'P11M', 'P90D', 'P400D', 'PT0S'].map(duration)),
  )
  fc.assert(
    fc.property(anchors, lengths, fc.integer({ min: -600, max: 600 }), (at, length, times) => {
      expect(addDuration(at, length, times)).toBe(addDuration(at, length, times, 'Etc/UTC'))
    }),
    { numRuns: 2_000 },
  )
})
