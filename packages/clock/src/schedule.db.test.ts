import { transact } from '@draupnir/db'
import { nextId, testContext } from '@draupnir/testing'
import { addMs } from '@draupnir/time'
import { afterEach, expect, it, vi } from 'vitest'
import { openBench, START } from '../test/fixture.ts'
import { cancel, schedule } from './schedule.ts'
import { onWake } from './wake.ts'

const bench = await openBench()
const kind = 'billing.invoice-due'
afterEach(bench.clear)

it('replaces the timer of the same tenant, kind and key', async () => {
  await bench.later({ kind, data: { amount: 1 } })
  await bench.later({ kind, dueAt: addMs(START, 5_000), data: { amount: 2 } })
  await bench.later({ kind, key: 'b' })
  const rows = await bench.db.sql`select key, due_at, data, version from timers order by key`
  expect(rows).toEqual([
    { key: 'a', due_at: addMs(START, 5_000), data: { amount: 2 }, version: 2 },
    { key: 'b', due_at: START, data: {}, version: 1 },
  ])
})

it('keeps tenants apart', async () => {
  const other = testContext(bench.db, { tenant: nextId('tenant') })
  await bench.later({ kind })
  await transact(other, (ctx) => schedule(ctx, { kind, key: 'a', dueAt: START, data: {} }))
  expect(await cancel(other, { kind, key: 'a' })).toBe(true)
  expect(await bench.timers()).toHaveLength(1)
})

it('says whether there was a timer to cancel', async () => {
  await bench.later({ kind })
  expect(await cancel(bench.ctx(), { kind, key: 'a' })).toBe(true)
  expect(await cancel(bench.ctx(), { kind, key: 'a' })).toBe(false)
})

it('wakes the runner after the commit, and not at all after a rollback', async () => {
  const wake = vi.fn()
  const forget = onWake(wake)
  await transact(bench.ctx(), async (ctx) => {
    await schedule(ctx, { kind, key: 'a', dueAt: START, data: {} })
    expect(wake).not.toHaveBeenCalled()
  })
  expect(wake).toHaveBeenCalledOnce()
  const failing = transact(bench.ctx(), async (ctx) => {
    await schedule(ctx, { kind, key: 'b', dueAt: START, data: {} })
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(wake).toHaveBeenCalledOnce()
  expect(await bench.timers()).toHaveLength(1)
  forget()
})
