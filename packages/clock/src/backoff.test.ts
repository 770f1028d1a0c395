import { Defect, Refusal, Transient } from '@draupnir/errors'
import { expect, it } from 'vitest'
import { activityBackoff, delayAfter, describeError, PASSING, POISON, timerBackoff } from './backoff.ts'

const own = { firstMs: 100, factor: 3, maxMs: 1_000, maxAttempts: 5 }

it('waits longer after each attempt, up to the limit, and not at all after the last', () => {
  expect([1, 2, 3, 4, 5, 6].map((attempt) => delayAfter(own, attempt))).toEqual([100, 300, 900, 1_000, null, null])
  expect(delayAfter(PASSING, 1_000)).toBe(300_000)
})

it('tells what may pass from what only a release can heal', () => {
  expect(timerBackoff(new Transient('x', 'x'))).toBe(PASSING)
  expect(timerBackoff(new Refusal('request.conflict'))).toBe(PASSING)
  expect(timerBackoff(new Refusal('request.invalid'))).toBe(POISON)
  expect(timerBackoff(new Error('x'))).toBe(POISON)
})

it('retries an activity by its own backoff unless a rule said no or we are at fault', () => {
  expect(activityBackoff(new Error('500'), own)).toBe(own)
  expect(activityBackoff(new Refusal('request.conflict'), own)).toBe(own)
  expect(activityBackoff(new Refusal('request.invalid'), own)).toBeNull()
  expect(activityBackoff(new Defect('x'), own)).toBe(POISON)
})

it('describes a refusal by its code and context', () => {
  expect(describeError(new Refusal('request.invalid', { path: 'a' }))).toBe('request.invalid {"path":"a"}')
  expect(describeError('x'.repeat(5_000))).toHaveLength(2_000)
})
