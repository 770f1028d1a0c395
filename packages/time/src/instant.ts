import { refuse } from '@draupnir/errors'

declare const brand: unique symbol

/** A moment in UTC with millisecond precision, always written `2026-11-22T12:00:00.000Z`, so `<` compares moments. */
export type Instant = string & { readonly [brand]: 'Instant' }

const RFC3339 = /^\d{4}-\d{2}-\d{2}[Tt ](?:[01]\d|2[0-3]):\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}(:?\d{2})?)$/
const MIN_MS = Date.UTC(1970, 0, 1)
// Reckoning back from a moment may lead before the first one that can be told.
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z')
const MAX_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** Reads any RFC 3339 time with an offset; cut to milliseconds. Refuses `time.invalid-instant`. */
export function instant(text: string): Instant {
  const ms = msOf(text)
  return ms === null ? refuse('time.invalid-instant', { value: text.slice(0, 40) }) : fromEpochMs(ms)
}

/** Whether `instant` reads it: a real time, in the years 1970 to 9999. */
export function isInstant(text: string): boolean {
  return msOf(text) !== null
}

function msOf(text: string): number | null {
  if (!RFC3339.test(text)) return null
  const normalized = text.replace(' ', 'T').replace(/([+-]\d{2})$/, '$1:00')
  const ms = Date.parse(normalized)
  const [, month, day] = /^\d{4}-(\d{2})-(\d{2})/.exec(text) ?? []
  return ms >= MIN_MS && ms <= MAX_MS && isRealDay(text, Number(month), Number(day)) ? ms : null
}

// Under load many ask for one millisecond, and to write it out costs more than the rest of a context.
let told = { ms: 0, at: new Date(0).toISOString() as Instant }

/** Milliseconds since 1970-01-01T00:00:00Z to an `Instant`; refuses years before 1 and past 9999. */
export function fromEpochMs(ms: number): Instant {
  if (ms === told.ms) return told.at
  if (!Number.isFinite(ms) || ms < FIRST_MS || ms > MAX_MS) refuse('time.invalid-instant', { value: String(ms) })
  told = { ms, at: new Date(ms).toISOString() as Instant }
  return told.at
}

// Everything of one commit is asked for the same moment.
let read = { at: '', ms: Number.NaN }

/** Milliseconds since 1970-01-01T00:00:00Z. */
export function epochMs(at: Instant): number {
  if (at !== read.at) read = { at, ms: Date.parse(at) }
  return read.ms
}

/** `at` moved by `ms` milliseconds (may be negative). */
export function addMs(at: Instant, ms: number): Instant {
  return fromEpochMs(epochMs(at) + ms)
}

/** `later - earlier` in milliseconds. */
export function msBetween(earlier: Instant, later: Instant): number {
  return epochMs(later) - epochMs(earlier)
}

export function earliest(first: Instant, ...rest: readonly Instant[]): Instant {
  return rest.reduce((a, b) => (b < a ? b : a), first)
}

export function latest(first: Instant, ...rest: readonly Instant[]): Instant {
  return rest.reduce((a, b) => (b > a ? b : a), first)
}

// Date.parse rolls 31 February over to March; money must not.
function isRealDay(text: string, month: number, day: number): boolean {
  const year = Number(text.slice(0, 4))
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}
