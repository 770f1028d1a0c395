import { eventually } from '@draupnir/testing'
import { addMs } from '@draupnir/time'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { effect, openBench, START } from '../test/fixture.ts'
import { follower, sweep } from './definitions.ts'

const bench = await openBench()
const kind = 'billing.mirror'
const backoff = { firstMs: 5_000, factor: 2, maxMs: 60_000, maxAttempts: null }
let left = 0
const behind = async () => left
const trail = follower(kind, {
  behind,
  backoff,
  run: async (ctx) => {
    await effect(ctx, `${left}`)
    left -= 1
  },
})
beforeEach(() => {
  left = 0
})
afterEach(async () => {
  await bench.clear()
  await bench.db.sql`delete from followers`
})

const row = async () =>
  (await bench.db.sql`select not_before, failures, last_error, locked_until from followers`).map((it) => ({ ...it }))

it('runs until it has caught up, and again when there is more, without being asked', async () => {
  left = 3
  const runner = bench.run([trail])
  await bench.quiet(runner)
  expect(await bench.effects()).toEqual(['3', '2', '1'])
  left = 1
  await bench.quiet(runner)
  expect(await bench.effects()).toEqual(['3', '2', '1', '1'])
})

it('is busy while behind, and never stops the clock on its way', async () => {
  const runner = bench.run([trail])
  await runner.stop()
  expect(await runner.activity()).toEqual({ busy: [], nextDueAt: null })
  left = 7
  expect(await runner.activity()).toEqual({ busy: [{ what: `follower ${kind}`, count: 7 }], nextDueAt: null })
})

it('is busy while it runs, even when the tables say it has caught up', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  left = 1
  const slow = follower(kind, {
    behind,
    backoff,
    run: async (ctx) => {
      left = 0
      await effect(ctx, 'began')
      await promise
    },
  })
  const runner = bench.run([slow])
  await eventually(async () => (await bench.effects()).length > 0)
  expect((await runner.activity()).busy).toEqual([{ what: `follower ${kind}`, count: 1 }])
  resolve()
  await bench.quiet(runner)
})

it('shows its failure and rests, longer each time, on the domain clock', async () => {
  left = 1
  let broken = true
  const failing = follower(kind, {
    behind,
    backoff,
    run: async () => {
      if (broken) throw new Error('no answer')
      left = 0
    },
  })
  const runner = bench.run([failing])
  await bench.quiet(runner)
  expect(await row()).toEqual([
    { not_before: addMs(START, 5_000), failures: 1, last_error: 'Error: no answer', locked_until: null },
  ])
  bench.clock.advance(5_000)
  await bench.quiet(runner)
  expect(await row()).toMatchObject([{ not_before: addMs(START, 15_000), failures: 2 }])
  broken = false
  bench.clock.advance(10_000)
  await bench.quiet(runner)
  expect(left).toBe(0)
  expect(await row()).toMatchObject([{ failures: 0, last_error: null }])
})

it('is run by one replica at a time, and by another when that one is gone', async () => {
  left = 1
  await bench.db.sql`
    insert into followers (kind, not_before, claims, locked_until)
    values (${kind}, ${START}, 1, clock_timestamp() + interval '1 hour')`
  const runner = bench.run([trail])
  expect((await runner.activity()).busy).toEqual([{ what: `follower ${kind}`, count: 1 }])
  expect(await bench.effects()).toEqual([])
  await bench.db.sql`update followers set locked_until = clock_timestamp() - interval '1 second'`
  await bench.quiet(runner)
  expect(await bench.effects()).toEqual(['1'])
})

it('does not hold up sweeps', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  left = 1
  const slow = follower(kind, {
    behind,
    backoff,
    run: async () => {
      await promise
      left = 0
    },
  })
  const runner = bench.run([slow, sweep('billing.poll', { everyMs: 1_000 }, (ctx) => effect(ctx, 'swept'))])
  await eventually(async () => (await bench.effects()).includes('swept'))
  resolve()
  await bench.quiet(runner)
})
