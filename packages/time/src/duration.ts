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
  const parsed = parse(length)
  if (zone === 'UTC') return fromEpochMs(addInUtc(epochMs(at), parsed, times))
  const start = Temporal.Instant.fromEpochMilliseconds(epochMs(at)).toZonedDateTimeISO(zone)
  const { years, months, weeks, days, hours, minutes, seconds, milliseconds } = parsed
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

// Billing periods are counted in UTC, hundreds for one late edit: what Temporal does, in a twentieth of its time.
function addInUtc(at: number, parsed: Temporal.Duration, times: number): number {
  const from = new Date(at)
  const month = from.getUTCMonth() + (12 * parsed.years + parsed.months) * times
  const day = new Date(0)
  day.setUTCFullYear(from.getUTCFullYear(), month + 1, 0)
  day.setUTCFullYear(from.getUTCFullYear(), month, Math.min(from.getUTCDate(), day.getUTCDate()))
  const timeOfDay = at - Math.floor(at / DAY_MS) * DAY_MS
  return day.getTime() + timeOfDay + exactMs(parsed) * times
}

/** Length of a duration without calendar units, in milliseconds. Refuses years and months. */
export function durationMs(length: Duration): number {
  const parsed = parse(length)
  if (parsed.years !== 0 || parsed.months !== 0) refuse('time.invalid-duration', { value: length })
  return exactMs(parsed)
}

// All but years and months.
function exactMs({ weeks, days, hours, minutes, seconds, milliseconds }: Temporal.Duration): number {
  return (weeks * 7 + days) * DAY_MS + hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS + milliseconds
}

// Of the few lengths that cadences and terms have, read again and again.
const MOST_KNOWN = 200
const known = new Map<string, Temporal.Duration>()

function parse(text: string): Temporal.Duration {
  const found = known.get(text)
  if (found !== undefined) return found
  const parsed = read(text)
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(text, parsed)
  return parsed
}

function read(text: string): Temporal.Duration {
  let parsed: Temporal.Duration
  try {
    parsed = Temporal.Duration.from(text)
  } catch {
    return refuse('time.invalid-duration', { value: text.slice(0, 40) })
  }
  if (parsed.sign < 0) refuse('time.invalid-duration', { value: text.slice(0, 40) })
  return parsed
}
