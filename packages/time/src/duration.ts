import { refuse } from '@draupnir/errors'
import { Temporal } from 'temporal-polyfill'
import { epochMs, fromEpochMs, type Instant } from './instant.ts'

export const SECOND_MS = 1000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

declare const brand: unique symbol

/** An ISO 8601 duration such as `P1M` or `PT1H`, never negative. */
export type Duration = string & { readonly [brand]: 'Duration' }

/** Checks an ISO 8601 duration. Refuses `time.invalid-duration`, negative ones included. */
export function duration(text: string): Duration {
  parse(text)
  return text as Duration
}

/** `at` plus `times` × the duration, on the calendar of `zone`; days past a month's end are clamped to it. */
export function addDuration(at: Instant, length: Duration, times = 1, zone = 'UTC'): Instant {
  const start = Temporal.Instant.fromEpochMilliseconds(epochMs(at)).toZonedDateTimeISO(zone)
  const { years, months, weeks, days, hours, minutes, seconds, milliseconds } = parse(length)
  const scaled = Temporal.Duration.from({
    years: years * times,
    months: months * times,
    weeks: weeks * times,
    days: days * times,
    hours: hours * times,
    minutes: minutes * times,
    seconds: seconds * times,
    milliseconds: milliseconds * times,
  })
  return fromEpochMs(start.add(scaled, { overflow: 'constrain' }).epochMilliseconds)
}

/** Length of a duration without calendar units, in milliseconds. Refuses years and months. */
export function durationMs(length: Duration): number {
  const parsed = parse(length)
  if (parsed.years !== 0 || parsed.months !== 0) refuse('time.invalid-duration', { value: length })
  return (
    parsed.weeks * 7 * DAY_MS +
    parsed.days * DAY_MS +
    parsed.hours * HOUR_MS +
    parsed.minutes * MINUTE_MS +
    parsed.seconds * SECOND_MS +
    parsed.milliseconds
  )
}

function parse(text: string): Temporal.Duration {
  let parsed: Temporal.Duration
  try {
    parsed = Temporal.Duration.from(text)
  } catch {
    return refuse('time.invalid-duration', { value: text.slice(0, 40) })
  }
  if (parsed.sign < 0) refuse('time.invalid-duration', { value: text.slice(0, 40) })
  return parsed
}
