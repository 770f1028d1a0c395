import { formatDecimal } from '@draupnir/money'
import { nextId } from '@draupnir/testing'
import { describe, expect, it } from 'vitest'
import { bucketOf, hours, T0 } from '../service.fixture.ts'
import { bucketDelta, countedAt, gpuHours, usageEventId } from './usage.ts'

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
