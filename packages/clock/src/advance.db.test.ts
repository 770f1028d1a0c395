import type { Context } from '@draupnir/db'
import { testDatabase } from '@draupnir/testing'
import { addMs } from '@draupnir/time'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { anything, contextOver, effect, openBench, START } from '../test/fixture.ts'
import {
  activity,
  advanceClock,
  CLOCK_MIGRATIONS,
  provisionTestClock,
  sandboxClock,
  schedule,
  startTimerRunner,
  sweep,
  type TimerRunner,
  timer,
} from './index.ts'

const bench = await openBench()
const shared = await testDatabase({ schema: 'clock', sources: [CLOCK_MIGRATIONS] })
const clock = sandboxClock(shared.url)
let runner: TimerRunner

const backoff = { firstMs: 600_000, factor: 2, maxMs: 3_600_000, maxAttempts: null }
const definitions = [
  timer('billing.monthly', anything, async (ctx: Context) => {
    await effect(ctx, `month ${ctx.now().slice(0, 10)}`)
    await schedule(ctx, { kind: 'billing.monthly', key: 'm', dueAt: addMs(ctx.now(), 10 * 86_400_000), data: {} })
    await schedule(ctx, { kind: 'billing.charge', key: ctx.now(), dueAt: ctx.now(), data: {} })
  }),
  activity('billing.charge', anything, {
    perform: async (_ctx, _data, attempt) => {
      if (attempt < 3) throw new Error('not yet')
    },
    settle: (ctx: Context) => effect(ctx, `charged ${ctx.now()}`),
    backoff,
  }),
  sweep('billing.audit', { everyMs: 3_600_000 }, (ctx) => effect(ctx, 'audit')),
]

beforeAll(async () => {
  await provisionTestClock(shared.url, START)
  runner = startTimerRunner({
    db: bench.db,
    clock,
    definitions,
    contextFor: contextOver(bench.log),
    log: bench.log,
    pollMs: 60_000,
  })
})
afterAll(async () => {
  await runner.stop()
  await clock.close()
})

function advanceTo(to: typeof START, its = runner) {
  return advanceClock({
    clock,
    participants: async () => [{ name: 'billing', url: 'memory:' }],
    fetchActivity: async ({ name }) => {
      const { busy, nextDueAt } = await its.activity()
      return { name, counter: its.counter(), busy, next_due_at: nextDueAt }
    },
    to,
    deadlineMs: 20_000,
  })
}

it('passes through timers, activities, their retries and what they schedule, each at its own time', async () => {
  await bench.later({ kind: 'billing.monthly', key: 'm', dueAt: addMs(START, 86_400_000) })
  const target = addMs(START, 12 * 86_400_000)
  const { now, steps } = await advanceTo(target)
  expect(now).toBe(target)
  // Two months; each charge succeeds at its third attempt, after ten and twenty minutes.
  expect((await bench.effects()).filter((what) => what !== 'audit')).toEqual([
    'month 2026-01-02',
    'charged 2026-01-02T00:30:00.000Z',
    'month 2026-01-12',
    'charged 2026-01-12T00:30:00.000Z',
  ])
  expect(steps).toBe(7)
  // A sweep runs wherever the clock stops, and is missed in between.
  expect((await bench.effects()).filter((what) => what === 'audit').length).toBeLessThanOrEqual(8)
})
