import { Refusal } from '@draupnir/errors'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { addMs, earliest, epochMs, fromEpochMs, instant, isInstant, latest, msBetween } from './index.ts'

const MAX = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
const ms = fc.integer({ min: 0, max: MAX })

it('is written in one way, and reads back as the same moment', () => {
  fc.assert(
    fc.property(ms, (at) => {
      const its = fromEpochMs(at)
      expect(its).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)
      expect(instant(its)).toBe(its)
      expect(epochMs(its)).toBe(at)
    }),
  )
})

it('compares as text in the order of time', () => {
  fc.assert(
    fc.property(ms, ms, (a, b) => {
      expect(fromEpochMs(a) < fromEpochMs(b)).toBe(a < b)
      expect(earliest(fromEpochMs(a), fromEpochMs(b))).toBe(fromEpochMs(Math.min(a, b)))
      expect(latest(fromEpochMs(a), fromEpochMs(b))).toBe(fromEpochMs(Math.max(a, b)))
      expect(addMs(fromEpochMs(a), msBetween(fromEpochMs(a), fromEpochMs(b)))).toBe(fromEpochMs(b))
    }),
  )
})

it('reads any offset as the moment it means', () => {
  const offset = fc.integer({ min: -14 * 60, max: 14 * 60 })
  const inside = fc.integer({ min: 86_400_000, max: MAX - 86_400_000 })
  fc.assert(
    fc.property(inside, offset, (at, minutes) => {
      const local = new Date(at + minutes * 60_000).toISOString().slice(0, -1)
      const [hh, mm] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((n) => `${n}`.padStart(2, '0'))
      const sign = minutes < 0 ? '-' : '+'
      for (const text of [`${local}${sign}${hh}:${mm}`, `${local}${sign}${hh}${mm}`])
        expect(instant(text)).toBe(fromEpochMs(at))
    }),
  )
})

it.each([
  ['2026-11-22T12:00:00Z', '2026-11-22T12:00:00.000Z'],
  ['2026-11-22t12:00:00z', '2026-11-22T12:00:00.000Z'],
  ['2026-11-22 12:00:00+00', '2026-11-22T12:00:00.000Z'],
  ['2026-11-22T12:00:00.123456789Z', '2026-11-22T12:00:00.123Z'],
  ['2026-11-22T12:00:00.9999Z', '2026-11-22T12:00:00.999Z'],
  ['2024-02-29T23:30:00-01:00', '2024-03-01T00:30:00.000Z'],
])('reads %s as %s', (text, canonical) => {
  expect(instant(text)).toBe(canonical)
})

it.each([
  '2026-02-29T00:00:00Z',
  '2026-02-31T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-00-10T00:00:00Z',
  '2026-01-00T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T23:60:00Z',
  '2026-01-01T00:00:00',
  '2026-01-01',
  '1969-12-31T23:59:59Z',
  '1970-01-01T00:00:00+01:00',
  '9999-12-31T23:59:59-01:00',
  '2026-01-01T00:00:00+25:00',
  '2026-01-01T00:00:00Z ',
  '+012026-01-01T00:00:00Z',
  '',
])('refuses %j', (text) => {
  expect(() => instant(text)).toThrow(Refusal)
  expect(isInstant(text)).toBe(false)
})

it('reckons back from the first moment that can be told', () => {
  const first = instant('1970-01-01T00:00:00Z')
  expect(isInstant(first)).toBe(true)
  expect(addMs(first, -1)).toBe('1969-12-31T23:59:59.999Z')
  expect(fromEpochMs(Date.parse('0001-01-01T00:00:00Z')) < first).toBe(true)
})

it.each([Number.NaN, Number.POSITIVE_INFINITY, Date.parse('0001-01-01T00:00:00Z') - 1, MAX + 1])(
  'refuses %s milliseconds',
  (at) => {
    expect(() => fromEpochMs(at)).toThrow(Refusal)
  },
)
