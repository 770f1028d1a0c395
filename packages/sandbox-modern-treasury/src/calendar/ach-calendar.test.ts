import { type Instant, instant } from '@draupnir/time'
import { describe, expect, test } from 'vitest'
import { defaultEffectiveDate, type Order, processingAt, returnAt, settlementAt } from './ach-calendar.ts'
import { addBankingDays, isBankingDay, nextMinute, previousBankingDay } from './banking-day.ts'

const ach: Order = { type: 'ach', priority: 'normal', effective_date: '2026-01-05', process_after: null }
const at = (text: string): Instant => instant(text)

describe('banking days', () => {
  test.each([
    ['2026-01-01', 'New Year'],
    ['2026-01-19', 'Martin Luther King Jr.'],
    ['2026-02-16', 'Presidents'],
    ['2026-05-25', 'Memorial'],
    ['2026-06-19', 'Juneteenth'],
    ['2026-09-07', 'Labor'],
    ['2026-10-12', 'Columbus'],
    ['2026-11-11', 'Veterans'],
    ['2026-11-26', 'Thanksgiving'],
    ['2026-12-25', 'Christmas'],
    ['2027-07-05', 'Independence Day on a Sunday, kept on Monday'],
    ['2026-01-10', 'Saturday'],
    ['2026-01-11', 'Sunday'],
  ])('%s is none: %s', (date) => {
    expect(isBankingDay(date)).toBe(false)
  })

  test.each(['2026-07-03', '2026-01-05', '2027-12-24'])('%s is one: a holiday on a Saturday is not kept', (date) => {
    expect(isBankingDay(date)).toBe(true)
  })

  test('are counted over weekends and holidays', () => {
    expect(addBankingDays('2026-01-09', 1)).toBe('2026-01-12')
    expect(addBankingDays('2026-01-16', 1)).toBe('2026-01-20')
    expect(addBankingDays('2026-01-10', 0)).toBe('2026-01-12')
    expect(addBankingDays('2026-01-10', 1)).toBe('2026-01-12')
    expect(previousBankingDay('2026-01-20')).toBe('2026-01-16')
  })
})

describe('an ACH order', () => {
  test('is taken by the bank in the next minute', () => {
    expect(processingAt(ach, at('2026-01-05T15:00:20Z'))).toBe('2026-01-05T15:01:00.000Z')
    expect(nextMinute(at('2026-01-05T15:00:00Z'))).toBe('2026-01-05T15:01:00.000Z')
  })

  test('waits for process_after', () => {
    const late = { ...ach, process_after: at('2026-01-06T12:00:00Z') }
    expect(processingAt(late, at('2026-01-05T15:00:00Z'))).toBe('2026-01-06T12:00:00.000Z')
  })

  test('waits for the banking day before its effective date', () => {
    const monday = { ...ach, effective_date: '2026-01-12' }
    expect(processingAt(monday, at('2026-01-05T15:00:00Z'))).toBe('2026-01-09T05:00:00.000Z')
  })

  test.each([
    ['2026-01-05T15:01:00Z', '2026-01-06T13:30:00.000Z', 'the next banking day, 08:30 in New York'],
    ['2026-01-09T15:01:00Z', '2026-01-12T13:30:00.000Z', 'over the weekend'],
    ['2026-01-16T15:01:00Z', '2026-01-20T13:30:00.000Z', 'over weekend and holiday'],
    ['2026-07-01T15:01:00Z', '2026-07-02T12:30:00.000Z', 'in summer time'],
    ['2026-01-06T03:00:00Z', '2026-01-06T13:30:00.000Z', 'counted from the date in New York'],
  ])('sent %s settles %s: %s', (sent, settled) => {
    expect(settlementAt(ach, at(sent))).toBe(settled)
  })

  test('of high priority settles the same day before the cut-off, else the next', () => {
    const urgent: Order = { ...ach, priority: 'high' }
    expect(settlementAt(urgent, at('2026-01-05T15:01:00Z'))).toBe('2026-01-05T23:00:00.000Z')
    expect(settlementAt(urgent, at('2026-01-05T21:46:00Z'))).toBe('2026-01-06T13:30:00.000Z')
  })

  test('comes back two banking days after it was posted', () => {
    expect(returnAt(at('2026-01-08T13:30:00Z'))).toBe('2026-01-12T13:30:00.000Z')
  })
})

test('wire, RTP and book are taken and settled at once', () => {
  const now = at('2026-01-10T15:00:00Z')
  for (const type of ['wire', 'rtp', 'book']) {
    const given = { ...ach, type, effective_date: defaultEffectiveDate(type, now) }
    expect(settlementAt(given, now)).toBe(now)
  }
  expect(processingAt({ ...ach, type: 'wire', effective_date: '2026-01-05' }, at('2026-01-05T15:00:20Z'))).toBe(
    '2026-01-05T15:00:20.000Z',
  )
})
