import { expect, it } from 'vitest'
import { isTimeZone } from './zone.ts'

it.each(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Asia/Kolkata'])('knows %s', (zone) => {
  expect(isTimeZone(zone)).toBe(true)
})

it.each(['', 'Mars/Olympus', '+02:00', '-0500', 'Europe/Berlin '])('refuses "%s"', (zone) => {
  expect(isTimeZone(zone)).toBe(false)
})
