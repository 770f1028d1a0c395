import { migrate } from '@draupnir/db'
import { expectRejection, testDatabase } from '@draupnir/testing'
import { addMs, instant } from '@draupnir/time'
import { afterAll, expect, it } from 'vitest'
import { CLOCK_MIGRATIONS, provisionTestClock, sandboxClock } from './index.ts'

const START = instant('2026-01-01T00:00:00Z')
const { url, ownerUrl } = await testDatabase({ schema: 'clock', sources: [CLOCK_MIGRATIONS] })
const clock = sandboxClock(url)
afterAll(() => clock.close())

it('is a defect to read before it was provisioned', async () => {
  await expect(clock.read()).rejects.toThrow('not provisioned')
})

it('starts where it was first provisioned and stands still', async () => {
  await provisionTestClock(url, START)
  await provisionTestClock(ownerUrl, addMs(START, 1_000))
  expect([await clock.read(), await clock.read()]).toEqual([START, START])
})

it('moves forward only', async () => {
  await clock.set(addMs(START, 1_500))
  expect(await clock.read()).toBe(addMs(START, 1_500))
  await expectRejection(clock.set(START), 'clock.cannot-go-back', { to: START })
  expect(await clock.read()).toBe(addMs(START, 1_500))
})

it('knows who takes part, each replica once', async () => {
  await clock.register({ name: 'billing', instance: '1', url: 'http://127.0.0.1:1' })
  await clock.register({ name: 'billing', instance: '2', url: 'http://127.0.0.1:2' })
  await clock.register({ name: 'billing', instance: '1', url: 'http://127.0.0.1:3' })
  await clock.unregister({ name: 'billing', instance: '2' })
  expect(await clock.participants()).toEqual([{ name: 'billing', instance: '1', url: 'http://127.0.0.1:3' }])
})

it('lets one advance at a time work, and the other give up', async () => {
  const other = sandboxClock(url)
  const waited = await clock.exclusively(1_000, async () => [await other.exclusively(20, async () => 'both'), 'one'])
  expect(waited).toEqual([null, 'one'])
  expect(await other.exclusively(1_000, async () => 'next')).toBe('next')
  await other.close()
})

it('has migrations that may be applied again', async () => {
  expect(await migrate({ url: ownerUrl, schema: 'clock', role: 'postgres', sources: [CLOCK_MIGRATIONS] })).toEqual([])
})
