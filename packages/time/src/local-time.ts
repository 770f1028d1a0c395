import { Temporal } from 'temporal-polyfill'
import { epochMs, fromEpochMs, type Instant } from './instant.ts'

/** From Monday, as ISO 8601 counts. */
export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
export type Weekday = (typeof WEEKDAYS)[number]

export interface LocalTime {
  /** `HH:MM` */
  readonly time: string
  /** An IANA name. */
  readonly zone: string
  /** Any day when null. */
  readonly weekday: Weekday | null
}

/**
 * The first moment after `after` at which clocks in the zone show the time. On a day whose clocks skip it, it is as much
 * later as they skip; on a day that repeats it, the first.
 */
export function nextLocalTime(after: Instant, { time, zone, weekday }: LocalTime): Instant {
  const plainTime = Temporal.PlainTime.from(time)
  let day = Temporal.Instant.fromEpochMilliseconds(epochMs(after)).toZonedDateTimeISO(zone).toPlainDate()
  for (;;) {
    const at = day.toZonedDateTime({ timeZone: zone, plainTime }).epochMilliseconds
    if (at > epochMs(after) && (weekday === null || WEEKDAYS[day.dayOfWeek - 1] === weekday)) return fromEpochMs(at)
    day = day.add({ days: 1 })
  }
}
