import { assert } from '@draupnir/errors'
import { addMs, epochMs, fromEpochMs, type Instant, MINUTE_MS } from '@draupnir/time'
import { Temporal } from 'temporal-polyfill'

/** A calendar date in New York, `2026-11-22`. */
export type BankDate = string

const ZONE = 'America/New_York'
const MONDAY = 1
const THURSDAY = 4
const SATURDAY = 6
const SUNDAY = 7

/** The date at the Federal Reserve when it is `at`. */
export function bankDate(at: Instant): BankDate {
  return Temporal.Instant.fromEpochMilliseconds(epochMs(at)).toZonedDateTimeISO(ZONE).toPlainDate().toString()
}

/** Neither a weekend nor a holiday of the Federal Reserve (Sunday's is kept on Monday, Saturday's not at all). */
export function isBankingDay(date: BankDate): boolean {
  const day = Temporal.PlainDate.from(date)
  return day.dayOfWeek < SATURDAY && !holidays(day.year).has(date)
}

/** `count` banking days after `date`, which itself need not be one; 0 gives the date or the next banking day. */
export function addBankingDays(date: BankDate, count: number): BankDate {
  assert(Number.isInteger(count) && count >= 0, 'banking days are counted forward')
  let day = Temporal.PlainDate.from(date)
  let left = count
  for (;;) {
    const open = isBankingDay(day.toString())
    if (open && left === 0) return day.toString()
    day = day.add({ days: 1 })
    if (isBankingDay(day.toString()) && left > 0) left -= 1
  }
}

/** A date so many calendar days later. */
export function addDays(date: BankDate, days: number): BankDate {
  return Temporal.PlainDate.from(date).add({ days }).toString()
}

/** The banking day before `date`. */
export function previousBankingDay(date: BankDate): BankDate {
  let day = Temporal.PlainDate.from(date).subtract({ days: 1 })
  while (!isBankingDay(day.toString())) day = day.subtract({ days: 1 })
  return day.toString()
}

/** A time of day in New York, written `08:30`, on `date`. */
export function bankTime(date: BankDate, time: string): Instant {
  const zoned = Temporal.PlainDate.from(date).toZonedDateTime({ timeZone: ZONE, plainTime: time })
  return fromEpochMs(zoned.epochMilliseconds)
}

/** The first full minute after `at`. */
export function nextMinute(at: Instant): Instant {
  return addMs(at, MINUTE_MS - (epochMs(at) % MINUTE_MS))
}

const cache = new Map<number, ReadonlySet<BankDate>>()

function holidays(year: number): ReadonlySet<BankDate> {
  const known = cache.get(year)
  if (known) return known
  const days = [
    fixed(year, 1, 1),
    nth(year, 1, MONDAY, 3),
    nth(year, 2, MONDAY, 3),
    last(year, 5, MONDAY),
    fixed(year, 6, 19),
    fixed(year, 7, 4),
    nth(year, 9, MONDAY, 1),
    nth(year, 10, MONDAY, 2),
    fixed(year, 11, 11),
    nth(year, 11, THURSDAY, 4),
    fixed(year, 12, 25),
  ]
  const set = new Set(days.map(String))
  cache.set(year, set)
  return set
}

function fixed(year: number, month: number, day: number): Temporal.PlainDate {
  const date = Temporal.PlainDate.from({ year, month, day })
  return date.dayOfWeek === SUNDAY ? date.add({ days: 1 }) : date
}

function nth(year: number, month: number, weekday: number, count: number): Temporal.PlainDate {
  const first = Temporal.PlainDate.from({ year, month, day: 1 })
  return first.add({ days: ((weekday - first.dayOfWeek + 7) % 7) + (count - 1) * 7 })
}

function last(year: number, month: number, weekday: number): Temporal.PlainDate {
  const end = Temporal.PlainDate.from({ year, month, day: 1 }).add({ months: 1 }).subtract({ days: 1 })
  return end.subtract({ days: (end.dayOfWeek - weekday + 7) % 7 })
}
