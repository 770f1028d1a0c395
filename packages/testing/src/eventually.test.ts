import { expect, it } from 'vitest'
import { eventually, nextId, testClock, testContext } from './index.ts'

it('waits for a check to hold and answers what it answered', async () => {
  let tries = 0
  const check = () => {
    tries += 1
    if (tries < 3) throw new Error('not yet')
    return tries > 4 ? tries : (false as const)
  }
  expect(await eventually(check)).toBe(5)
})

it('fails with the last reason', async () => {
  await expect(eventually(() => Promise.reject(new Error('why')), 5)).rejects.toThrow('why')
  await expect(eventually(() => false, 5)).rejects.toThrow('still false after 5 ms')
})

it('counts ids up, sorted like real ones', () => {
  const ids = Array.from({ length: 100 }, () => nextId('contract'))
  expect([...ids].sort()).toEqual(ids)
})

it('moves the time of a context by hand', () => {
  const clock = testClock()
  // The database is not touched.
  const ctx = testContext({} as never, { clock })
  clock.advance(1_000)
  expect(ctx.now()).toBe('2026-01-01T00:00:01.000Z')
})
