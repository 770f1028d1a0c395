import { expect, it } from 'vitest'
import { createPace, readRates, type Ticking } from './pace.ts'

/** Real time that passes only while somebody waits. */
function manualTicking(): Ticking & { readonly passed: () => number } {
  let now = 0
  return {
    now: () => now,
    wait: async (ms) => {
      now = Math.max(now, now + ms)
    },
    passed: () => now,
  }
}

it('lets the first go at once and spaces the rest by their own rate', async () => {
  const ticking = manualTicking()
  const pace = createPace({ call: 100, list: 10, bulk: 1 }, ticking)
  for (let call = 0; call < 50; call += 1) await pace('call')
  expect(ticking.passed()).toBeCloseTo(490)
  await pace('list')
  await pace('bulk')
  expect(ticking.passed()).toBeCloseTo(490)
  await pace('bulk')
  expect(ticking.passed()).toBeCloseTo(1_490)
})

it('gives turns to those that come at once', async () => {
  const waits: number[] = []
  const pace = createPace({ call: 10, list: 1, bulk: 1 }, { now: () => 0, wait: async (ms) => void waits.push(ms) })
  await Promise.all([pace('call'), pace('call'), pace('call')])
  expect(waits).toEqual([100, 200])
})

it('does not save up what was not used', async () => {
  let now = 0
  const waits: number[] = []
  const pace = createPace({ call: 10, list: 1, bulk: 1 }, { now: () => now, wait: async (ms) => void waits.push(ms) })
  await pace('call')
  now = 60_000
  await Promise.all([pace('call'), pace('call')])
  expect(waits).toEqual([100])
})

it.each([
  ['60/10/1', { call: 60, list: 10, bulk: 1 }],
  ['0.5/1/1', { call: 0.5, list: 1, bulk: 1 }],
  ['60/10', null],
  ['60/10/0', null],
  ['1/1/1/1', null],
  ['a/b/c', null],
])('reads %s', (text, rates) => {
  expect(readRates(text)).toEqual(rates)
})
