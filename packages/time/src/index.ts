export {
  addDuration,
  DAY_MS,
  type Duration,
  duration,
  durationMs,
  HOUR_MS,
  MINUTE_MS,
  SECOND_MS,
} from './duration.ts'
export {
  addMs,
  earliest,
  epochMs,
  fromEpochMs,
  type Instant,
  instant,
  isInstant,
  latest,
  msBetween,
} from './instant.ts'
export { type LocalTime, nextLocalTime, WEEKDAYS, type Weekday } from './local-time.ts'
export { intersect, type Period, periodAt, periodMs, startOfHour } from './period.ts'
export { isTimeZone } from './zone.ts'
