import { expect, it } from 'vitest'
import { instant, type LocalTime, nextLocalTime } from './index.ts'

const at = (zone: string, time: string, weekday: LocalTime['weekday'] = null): LocalTime => ({ zone, time, weekday })
const next = (after: string, local: LocalTime) => nextLocalTime(instant(after), local)

it.each([
  ['later today', '2026-03-10T08:00:00Z', at('UTC', '09:00'), '2026-03-10T09:00:00.000Z'],
  ['not now, but tomorrow', '2026-03-10T09:00:00Z', at('UTC', '09:00'), '2026-03-11T09:00:00.000Z'],
  ['the day of the zone', '2026-03-10T23:30:00Z', at('Europe/Berlin', '09:00'), '2026-03-11T08:00:00.000Z'],
  ['the weekday of the zone', '2026-03-09T20:00:00Z', at('Asia/Tokyo', '08:00', 'tuesday'), '2026-03-09T23:00:00.000Z'],
  [
    'later today, where it is still yesterday',
    '2026-03-10T02:00:00Z',
    at('America/New_York', '23:00'),
    '2026-03-10T03:00:00.000Z',
  ],
  ['in a week', '2026-03-10T09:00:00Z', at('UTC', '09:00', 'tuesday'), '2026-03-17T09:00:00.000Z'],
  ['in winter', '2026-03-27T12:00:00Z', at('Europe/Berlin', '09:00'), '2026-03-28T08:00:00.000Z'],
  ['in summer', '2026-03-28T12:00:00Z', at('Europe/Berlin', '09:00'), '2026-03-29T07:00:00.000Z'],
  ['skipped by the clocks', '2026-03-28T12:00:00Z', at('Europe/Berlin', '02:30'), '2026-03-29T01:30:00.000Z'],
  ['the first of two', '2026-10-24T12:00:00Z', at('Europe/Berlin', '02:30'), '2026-10-25T00:30:00.000Z'],
  ['once though repeated', '2026-10-25T00:30:00Z', at('Europe/Berlin', '02:30'), '2026-10-26T01:30:00.000Z'],
])('finds the next time: %s', (_, after, local, expected) => expect(next(after, local)).toBe(expected))
