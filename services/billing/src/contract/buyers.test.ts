import { nextId } from '@draupnir/testing'
import { describe, expect, it } from 'vitest'
import { days, T0 } from '../service.fixture.ts'
import { buyerOf, buyersAfter } from './buyers.ts'

const [first, second] = [nextId('party'), nextId('party')]
const buyers = [
  { from: T0, buyer_id: first },
  { from: days(7), buyer_id: second },
]

describe('a period is owed by', () => {
  it.each([
    ['the first buyer, though the next one follows at its end', { from: T0, to: days(7) }, first],
    ['the next buyer from then on', { from: days(7), to: days(14) }, second],
    ['whoever bought last within it', { from: days(6), to: days(8) }, second],
    ['the first buyer, when it begins before anybody bought', { from: days(-2), to: days(-1) }, first],
  ])('%s', (_who, period, buyer) => {
    expect(buyerOf(buyers, period)).toBe(buyer)
  })
})

it('a buyer is added once', () => {
  expect(buyersAfter([], { from: T0, buyer_id: first })).toEqual([{ from: T0, buyer_id: first }])
  expect(buyersAfter(buyers, { from: days(9), buyer_id: second })).toBe(buyers)
})
