import { expect, it } from 'vitest'
import { isAwaited, nextAttempt } from './collection.ts'

const attempt = (state: 'requested' | 'committed' | 'refused') => ({ attempt: 3, state, fundsCame: false })

it('begins with attempt 1 and goes on after a refusal', () => {
  expect(nextAttempt(null)).toBe(1)
  expect(nextAttempt(attempt('refused'))).toBe(4)
})

it.each(['requested', 'committed'] as const)('does not try again while the last one is %s', (state) => {
  expect(nextAttempt(attempt(state))).toBeNull()
})

it('awaits an answer only to what was requested', () => {
  expect(isAwaited(attempt('requested'))).toBe(true)
  expect([null, attempt('refused'), attempt('committed')].map(isAwaited)).toEqual([false, false, false])
})
