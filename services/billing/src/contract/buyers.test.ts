import { nextId } from '@draupnir/testing'
import { addMs, type Instant, MINUTE_MS } from '@draupnir/time'
import { describe, expect, it } from 'vitest'
import { days, T0 } from '../service.fixture.ts'
import { buyersAfter, tenuresOf } from './buyers.ts'

const [first, second, third] = [nextId('party'), nextId('party'), nextId('party')]
const buyers = [
  { from: T0, buyer_id: first },
  { from: days(7), buyer_id: second },
]
const had = (from: Instant, to: Instant, all = buyers) =>
  tenuresOf(all, { from, to }).map(({ buyerId, period }) => [buyerId, period.from, period.to])

describe('a period is of', () => {
  it.each([
    ['the first buyer, though the next one follows at its end', T0, days(7), first],
    ['the next buyer from then on', days(7), days(14), second],
    ['the first buyer, when it begins before anybody bought', days(-2), days(-1), first],
    [
      'the buyer it began with, when OpenMeter heard of the next one a moment late',
      T0,
      addMs(days(7), 2 * MINUTE_MS),
      first,
    ],
  ])('%s', (_who, from, to, buyer) => {
    expect(had(from, to)).toEqual([[buyer, from, to]])
  })

  it('both, each for the time they had it', () => {
    expect(had(days(6), days(9))).toEqual([
      [first, days(6), days(7)],
      [second, days(7), days(9)],
    ])
    const late = addMs(days(7), 2 * MINUTE_MS + 1)
    expect(had(T0, late)).toEqual([
      [first, T0, days(7)],
      [second, days(7), late],
    ])
  })

  it('everyone who had it', () => {
    const more = [...buyers, { from: days(8), buyer_id: third }, { from: days(9), buyer_id: first }]
    expect(had(T0, days(10), more)).toEqual([
      [first, T0, days(7)],
      [second, days(7), days(8)],
      [third, days(8), days(9)],
      [first, days(9), days(10)],
    ])
    expect(had(days(8), days(9), more)).toEqual([[third, days(8), days(9)]])
  })

  it('nobody who passed it on in the moment they got it', () => {
    const passed = [...buyers, { from: days(7), buyer_id: third }]
    expect(had(days(6), days(9), passed)).toEqual([
      [first, days(6), days(7)],
      [third, days(7), days(9)],
    ])
    expect(had(days(7), days(9), passed)).toEqual([[third, days(7), days(9)]])
  })

  it('the next buyer, though OpenMeter cuts the fraction of the second in which they bought', () => {
    const odd = [buyers[0], { from: addMs(days(7), 400), buyer_id: second }].filter((one) => one !== undefined)
    expect(had(days(7), days(9), odd)).toEqual([[second, days(7), days(9)]])
  })

  it('nobody, when nobody bought', () => {
    expect(had(T0, days(1), [])).toEqual([])
  })
})

it('a buyer is added once', () => {
  expect(buyersAfter([], { from: T0, buyer_id: first })).toEqual([{ from: T0, buyer_id: first }])
  expect(buyersAfter(buyers, { from: days(9), buyer_id: second })).toBe(buyers)
})
