import { assert } from '@draupnir/errors'
import {
  addMs,
  earliest,
  HOUR_MS,
  type Instant,
  intersect,
  latest,
  type Period,
  periodMs,
  SECOND_MS,
  startOfHour,
} from '@draupnir/time'
import type { UsageBucket } from '@draupnir/wire'
import { availability, type Heartbeat, silenceAt } from '../heartbeat/availability.ts'

/** GPU-seconds of one UTC hour as they were last published. */
export interface RecordedHour {
  readonly hour: Instant
  readonly revision: number
  readonly total: number
}

/** When a device serves a line; open-ended while `until` is null. */
export interface Service {
  readonly from: Instant
  readonly until: Instant | null
}

export interface Metered {
  readonly gpuCount: number
  readonly graceSeconds: number
  /** Time after the latest heartbeat is not metered: it is not certain yet. */
  readonly certainUntil: Instant
}

const SECONDS_PER_HOUR = 3600

/**
 * GPU-seconds of each of `hours` (starts of UTC hours): time up or degraded, while the device served the line, up to the
 * latest heartbeat. Parts of a second are dropped per hour, in favour of the buyer.
 */
export function meter(
  heartbeats: readonly Heartbeat[],
  serves: readonly Service[],
  metered: Metered,
  hours: readonly Instant[],
): Map<Instant, number> {
  const milliseconds = new Map<Instant, number>()
  const spans = serves.flatMap((service) => countedSpan(heartbeats, service, metered.certainUntil, hours) ?? [])
  for (const interval of spans.flatMap((span) =>
    availability(heartbeats, metered.graceSeconds, span).filter(isRunning),
  ))
    for (const hour of hoursOf(interval)) {
      const part = intersect(interval, hourPeriod(hour))
      if (part !== null) milliseconds.set(hour, (milliseconds.get(hour) ?? 0) + periodMs(part))
    }
  return new Map(hours.map((hour) => [hour, gpuSeconds(milliseconds.get(hour) ?? 0, metered.gpuCount)]))
}

// Heard of, certain, served and asked for.
function countedSpan(
  heartbeats: readonly Heartbeat[],
  service: Service,
  certainUntil: Instant,
  hours: readonly Instant[],
): Period | null {
  const [first] = heartbeats
  const [firstHour] = hours
  const lastHour = hours.at(-1)
  if (first === undefined || firstHour === undefined || lastHour === undefined) return null
  const from = latest(first.at, service.from, firstHour)
  const to = earliest(service.until ?? certainUntil, certainUntil, addMs(lastHour, HOUR_MS))
  return from < to ? { from, to } : null
}

/** What must be published so that the recorded hours become `totals`: nothing where nothing changed. */
export function buckets(totals: ReadonlyMap<Instant, number>, recorded: readonly RecordedHour[]): UsageBucket[] {
  const before = new Map(recorded.map((row) => [row.hour, row]))
  return [...totals].flatMap(([hour, total]) => {
    const known = before.get(hour) ?? { revision: 0, total: 0 }
    if (known.total === total) return []
    const delta = total - known.total
    return [{ hour, revision: known.revision + 1, delta_gpu_seconds: delta, total_gpu_seconds: total }]
  })
}

/**
 * The time whose metering a heartbeat can change: back to the one before it, which it confirms, and on to the one after
 * it; beyond the grace of either the device was and stays down.
 */
export function touchedBy(
  at: Instant,
  { before, after }: { readonly before: Instant | null; readonly after: Instant | null },
  graceSeconds: number,
): Period[] {
  const silence = silenceAt(at, graceSeconds)
  const asserted = { from: at, to: after !== null && after < silence ? after : silence }
  if (before === null) return [asserted]
  const limit = silenceAt(before, graceSeconds)
  return [{ from: before, to: at < limit ? at : limit }, asserted]
}

/** Starts of the UTC hours that the periods touch, in order, each once. */
export function hoursOf(...periods: readonly Period[]): Instant[] {
  const hours = new Set<Instant>()
  for (const { from, to } of periods)
    for (let hour = startOfHour(from); hour < to; hour = addMs(hour, HOUR_MS)) hours.add(hour)
  return [...hours].sort()
}

/** Hours that follow one another, at most `size` together. */
export function runsOf(hours: readonly Instant[], size: number): Instant[][] {
  const runs: Instant[][] = []
  for (const hour of hours) {
    const run = runs.at(-1)
    const last = run?.at(-1)
    if (run !== undefined && last !== undefined && run.length < size && addMs(last, HOUR_MS) === hour) run.push(hour)
    else runs.push([hour])
  }
  return runs
}

function hourPeriod(hour: Instant): Period {
  return { from: hour, to: addMs(hour, HOUR_MS) }
}

function gpuSeconds(milliseconds: number, gpuCount: number): number {
  const seconds = Math.floor((milliseconds * gpuCount) / SECOND_MS)
  assert(seconds <= SECONDS_PER_HOUR * gpuCount, 'an hour has 3600 seconds')
  return seconds
}

function isRunning({ state }: { readonly state: string }): boolean {
  return state === 'up' || state === 'degraded'
}
