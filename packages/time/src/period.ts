import { assert } from '@draupnir/errors'
import { addDuration, type Duration } from './duration.ts'
import { addMs, type Instant, msBetween } from './instant.ts'

/** Half-open `[from, to)`. */
export interface Period {
  readonly from: Instant
  readonly to: Instant
}

/** The billing period that holds `at`: boundaries are `anchor + n × cadence`, computed from the anchor so that month ends do not drift. */
export function periodAt(anchor: Instant, cadence: Duration, at: Instant, zone = 'UTC'): Period {
  const first = addDuration(anchor, cadence, 1, zone)
  const length = msBetween(anchor, first)
  assert(length > 0, 'a billing cadence must be longer than zero')
  // Calendar lengths differ by little, so each guess lands nearer; the last steps are single ones.
  let n = 0
  for (let far = Number.NaN; far !== 0; n += far)
    far = Math.trunc(msBetween(addDuration(anchor, cadence, n, zone), at) / length)
  while (addDuration(anchor, cadence, n + 1, zone) <= at) n += 1
  while (addDuration(anchor, cadence, n, zone) > at) n -= 1
  return { from: addDuration(anchor, cadence, n, zone), to: addDuration(anchor, cadence, n + 1, zone) }
}

/** The shared part of two periods, or null when they do not meet. */
export function intersect(a: Period, b: Period): Period | null {
  const from = a.from > b.from ? a.from : b.from
  const to = a.to < b.to ? a.to : b.to
  return from < to ? { from, to } : null
}

/** Start of the UTC hour that holds `at`. */
export function startOfHour(at: Instant): Instant {
  return addMs(at, 0).replace(/T(\d{2}).*$/, 'T$1:00:00.000Z') as Instant
}

/** Length of a period in milliseconds. */
export function periodMs(period: Period): number {
  return msBetween(period.from, period.to)
}
