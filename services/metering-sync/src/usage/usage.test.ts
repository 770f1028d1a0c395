import { formatDecimal } from '@draupnir/money'
import { nextId } from '@draupnir/testing'
import { addMs, MINUTE_MS } from '@draupnir/time'
import { describe, expect, it } from 'vitest'
import { bucketOf, hours, T0 } from '../service.fixture.ts'
import { billableAt, bucketDelta, countedAt, gpuHours, openPeriod, usageEventId, waitsFrom } from './usage.ts'

it('meters ten-thousandths of a GPU-hour, rounded down', () => {
  expect([0, 1, 3600, 3599, 28_800].map((seconds) => formatDecimal(gpuHours(seconds)))).toEqual([
    '0',
    '0.0002',
    '1',
    '0.9997',
    '8',
  ])
})

describe('bucketDelta', () => {
  it('is the whole for a first revision', () => expect(bucketDelta(bucketOf(T0, 1800))).toBe('0.5'))
  it('is what a later one adds, or takes', () => {
    const add = { revision: 2, delta_gpu_seconds: 900, total_gpu_seconds: 2700 }
    const take = { revision: 3, delta_gpu_seconds: -1800, total_gpu_seconds: 900 }
    expect([add, take].map((over) => bucketDelta(bucketOf(T0, 0, over)))).toEqual(['0.25', '-0.5'])
  })
})

it('names the same fact the same and another one otherwise', () => {
  const [device, line] = [nextId('device'), nextId('contractLine')]
  const bucket = bucketOf(T0, 5)
  const others = [
    usageEventId(nextId('device'), line, bucket),
    usageEventId(device, nextId('contractLine'), bucket),
    usageEventId(device, line, { ...bucket, hour: hours(1) }),
    usageEventId(device, line, { ...bucket, revision: 2 }),
  ]
  expect(usageEventId(device, line, { ...bucket })).toBe(usageEventId(device, line, bucket))
  expect(new Set([usageEventId(device, line, bucket), ...others]).size).toBe(5)
})

it('counts an hour that began before its line was billed at that moment, others at theirs', () => {
  expect(countedAt(T0, { from: hours(0.5), pauses: [] })).toBe(hours(0.5))
  expect(countedAt(hours(1), { from: hours(0.5), pauses: [] })).toBe(hours(1))
})

it('counts an hour in which its line came back when it did', () => {
  const billed = { from: T0, pauses: [{ from: hours(2.5), to: hours(4.25) }] }
  expect([2, 3, 4, 5].map((hour) => countedAt(hours(hour), billed))).toEqual([
    hours(2),
    hours(4.25),
    hours(4.25),
    hours(5),
  ])
})

const [first, second] = [
  { by: nextId('party'), since: T0 },
  { by: nextId('party'), since: hours(5) },
]
const billed = { from: T0, until: null, bought: first, pauses: [] }

describe('an hour waits for the sync', () => {
  it('when its line was passed to another buyer', () => {
    expect(waitsFrom(billed, second)).toBe(hours(5))
    expect(waitsFrom({ ...billed, bought: second }, second)).toBeNull()
  })
  it('when OpenMeter bills its line no more', () => {
    expect(waitsFrom({ ...billed, until: hours(3) }, first)).toBe(hours(3))
    expect(waitsFrom({ ...billed, until: hours(3) }, second)).toBe(hours(3))
    expect(waitsFrom({ ...billed, until: hours(9) }, second)).toBe(hours(5))
  })
})

describe('usage of a period that was billed', () => {
  const calendar = { billing_anchor: T0, cadence: 'P1W' as const }
  const week = (count: number) => hours(count * 7 * 24)
  const open = { from: week(1), to: week(2) }

  it('is of one whose invoice OpenMeter has taken the snapshot of, or is about to', () => {
    expect(openPeriod(calendar, week(1))).toEqual({ from: T0, to: week(1) })
    expect(openPeriod(calendar, addMs(week(1), 55 * MINUTE_MS - 1))).toEqual({ from: T0, to: week(1) })
    expect(openPeriod(calendar, addMs(week(1), 55 * MINUTE_MS))).toEqual(open)
    expect(openPeriod({ ...calendar, billing_anchor: null }, week(1))).toBeNull()
  })

  it('counts as the next one began', () => {
    expect(billableAt(hours(3), billed, open, first)).toBe(week(1))
    expect(billableAt(week(1), billed, open, first)).toBe(week(1))
    expect(billableAt(hours(3), billed, null, first)).toBe(hours(3))
  })

  it('counts when its line goes on, if it rests then', () => {
    const rests = { ...billed, pauses: [{ from: hours(100), to: addMs(week(1), 1000) }] }
    expect(billableAt(hours(3), rests, open, first)).toBe(addMs(week(1), 1000))
  })

  it('stays where it was when its line or its buyer is gone', () => {
    expect(billableAt(hours(3), { ...billed, until: week(1) }, open, first)).toBe(hours(3))
    expect(billableAt(hours(3), { ...billed, bought: second }, open, second)).toBe(hours(3))
    expect(billableAt(hours(6), { ...billed, bought: second }, open, second)).toBe(week(1))
    expect(billableAt(hours(6), billed, open, second)).toBe(hours(6))
  })
})
