import { addMs, HOUR_MS, type Instant, instant, latest, SECOND_MS } from '@draupnir/time'
import type { UsageBucket } from '@draupnir/wire'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { availability, type Heartbeat, merge } from '../heartbeat/availability.ts'
import { buckets, hoursOf, meter, type RecordedHour, type Service, touchedBy } from './usage.ts'

const T0 = instant('2026-01-15T09:00:00Z')
const HOURS = 12
const GPUS = 8
const period = { from: T0, to: addMs(T0, HOURS * HOUR_MS) }
const allHours = hoursOf(period)

// Also of a coarse grid, so that two reports of one moment and ends on the hour occur.
const moment = fc.oneof(
  fc.integer({ min: 0, max: HOURS * 3600 - 1 }).map((seconds) => addMs(T0, seconds * SECOND_MS + 137)),
  fc.integer({ min: 0, max: HOURS * 4 - 1 }).map((quarters) => addMs(T0, (quarters * HOUR_MS) / 4)),
)
const state = fc.constantFrom<Heartbeat['state'][]>('up', 'up', 'up', 'degraded', 'down', 'maintenance')
const heartbeats = fc.array(fc.record({ at: moment, state }), { minLength: 1, maxLength: 40 })
const grace = fc.integer({ min: 1, max: 3 * 3600 })
const serving = fc
  .tuple(moment, fc.option(moment))
  .map(([a, b]) => ({ from: b !== null && b < a ? b : a, until: b === null ? null : latest(a, b) }))

/** A scramble of the same heartbeats: other order, some of them repeated. */
const scrambled = heartbeats.chain((beats) =>
  fc.tuple(
    fc.constant(beats),
    fc
      .tuple(fc.shuffledSubarray(beats, { minLength: beats.length }), fc.subarray(beats))
      .map(([all, more]) => [...all, ...more]),
  ),
)

interface Meter {
  readonly recorded: Map<Instant, RecordedHour>
  readonly published: UsageBucket[]
}

/** What the service does with one heartbeat after another: touched hours only, differences only. */
function ingest(beats: readonly Heartbeat[], graceSeconds: number, service: Service): Meter {
  const recorded = new Map<Instant, RecordedHour>()
  const published: UsageBucket[] = []
  let known: Heartbeat[] = []
  for (const one of beats) {
    known = merge([...known, one])
    const others = known.map(({ at }) => at)
    const before = others.filter((at) => at < one.at).at(-1) ?? null
    const after = others.find((at) => at > one.at) ?? null
    const certainUntil = others.at(-1) ?? one.at
    const hours = hoursOf(...touchedBy(one.at, { before, after }, graceSeconds))
    for (const hour of hours) {
      const totals = meter(known, [service], { gpuCount: GPUS, graceSeconds, certainUntil }, [hour])
      for (const bucket of buckets(totals, [...recorded.values()])) {
        published.push(bucket)
        recorded.set(bucket.hour, { hour: bucket.hour, revision: bucket.revision, total: bucket.total_gpu_seconds })
      }
    }
  }
  return { recorded, published }
}

const totalsOf = ({ recorded }: Meter) =>
  Object.fromEntries([...recorded].filter(([, { total }]) => total > 0).map(([hour, { total }]) => [hour, total]))

describe('whatever the order and number in which heartbeats come', () => {
  it('the availability log is the same', () => {
    fc.assert(
      fc.property(scrambled, grace, ([beats, others], graceSeconds) => {
        const one = availability(merge(beats), graceSeconds, period)
        expect(availability(merge(others), graceSeconds, period)).toEqual(one)
      }),
      { numRuns: 1000 },
    )
  })

  it('the metered hours are the same, and those of all heartbeats at once', () => {
    fc.assert(
      fc.property(scrambled, grace, serving, ([beats, others], graceSeconds, service) => {
        const merged = merge(beats)
        const certainUntil = merged.at(-1)?.at ?? T0
        const atOnce = meter(merged, [service], { gpuCount: GPUS, graceSeconds, certainUntil }, allHours)
        const expected = Object.fromEntries([...atOnce].filter(([, total]) => total > 0))
        expect(totalsOf(ingest(beats, graceSeconds, service))).toEqual(expected)
        expect(totalsOf(ingest(others, graceSeconds, service))).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })

  it('the published differences of an hour sum to its total, with revisions without a gap', () => {
    fc.assert(
      fc.property(heartbeats, grace, serving, (beats, graceSeconds, service) => {
        const { recorded, published } = ingest(beats, graceSeconds, service)
        for (const [hour, { total, revision }] of recorded) {
          const its = published.filter((bucket) => bucket.hour === hour)
          expect(its.reduce((sum, { delta_gpu_seconds }) => sum + delta_gpu_seconds, 0)).toBe(total)
          expect(its.map((bucket) => bucket.revision)).toEqual(its.map((_, index) => index + 1))
          expect(revision).toBe(its.length)
        }
        expect(published.every(({ delta_gpu_seconds }) => delta_gpu_seconds !== 0)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})

it('covers a period without gap or overlap', () => {
  fc.assert(
    fc.property(heartbeats, grace, (beats, graceSeconds) => {
      const log = availability(merge(beats), graceSeconds, period)
      expect(log[0]?.from).toBe(period.from)
      expect(log.at(-1)?.to).toBe(period.to)
      expect(log.slice(1).map(({ from }) => from)).toEqual(log.slice(0, -1).map(({ to }) => to))
    }),
    { numRuns: 1000 },
  )
})

it('never meters more than an hour has', () => {
  fc.assert(
    fc.property(heartbeats, grace, serving, (beats, graceSeconds, service) => {
      const metered = { gpuCount: GPUS, graceSeconds, certainUntil: period.to }
      for (const total of meter(merge(beats), [service], metered, allHours).values()) {
        expect(total).toBeGreaterThanOrEqual(0)
        expect(total).toBeLessThanOrEqual(3600 * GPUS)
      }
    }),
    { numRuns: 1000 },
  )
})
