import { expect, it } from 'vitest'
import { type Attempt, isAwaited, nextAttempt } from './collection.ts'

const attempt = (state: Attempt['state']) => ({ attempt: 3, state, fundsCame: false })

it('begins with attempt 1, and goes on after every answer for what is still open', () => {
  expect(nextAttempt(null)).toBe(1)
  for (const state of ['refused', 'committed', 'reversed'] as const) expect(nextAttempt(attempt(state))).toBe(4)
})

it('does not try again while the last attempt is under way', () => {
  expect(nextAttempt(attempt('requested'))).toBeNull()
})

it('awaits an answer only to what was requested', () => {
  expect(isAwaited(attempt('requested'))).toBe(true)
  expect([null, attempt('refused'), attempt('committed')].map(isAwaited)).toEqual([false, false, false])
})
