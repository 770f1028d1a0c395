import { describe, expect, test } from 'vitest'
import { backoffMs, gapDelayMs } from '../src/consumer/backoff.ts'
import { detectLoss } from '../src/relay/heal.ts'

const stream = { created: 't1', firstSequence: 1, lastSequence: 10, messages: 10 }

describe('what the broker has lost', () => {
  test.each([
    ['nothing was ever published', { created: null, lastSequence: 0 }, null],
    ['the stream is where we left it', { created: 't1', lastSequence: 10 }, null],
    ['the stream is ahead: a mark was lost', { created: 't1', lastSequence: 8 }, null],
    ['the stream has gone back', { created: 't1', lastSequence: 12 }, { kind: 'rolled-back', survivors: 10 }],
    ['the stream is another one', { created: 't0', lastSequence: 5 }, { kind: 'wiped' }],
  ])('%s', (_, position, loss) => {
    expect(detectLoss(position, stream)).toEqual(loss)
  })
})

describe('how long to wait', () => {
  test('0.25, 1, 5, 30 and 120 s, and no longer', () => {
    expect([1, 2, 3, 4, 5, 6, 50].map((attempt) => backoffMs(attempt, 0.5))).toEqual([
      250, 1_000, 5_000, 30_000, 120_000, 120_000, 120_000,
    ])
  })
  test('spreads by 20 % both ways', () => {
    expect([backoffMs(2, 0), backoffMs(2, 1)]).toEqual([800, 1_200])
  })
  test('a gap is looked at again after 5 s at the latest', () => {
    expect(gapDelayMs(9)).toBe(5_000)
  })
})
