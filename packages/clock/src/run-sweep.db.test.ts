import { eventually, nextId } from '@draupnir/testing'
import { addMs } from '@draupnir/time'
import { afterEach, expect, it } from 'vitest'
import { effect, openBench, START } from '../test/fixture.ts'
import { sweep } from './definitions.ts'

const bench = await openBench()
const kind = 'billing.poll'
const poll = sweep(kind, { everyMs: 60_000 }, (ctx) => effect(ctx, ctx.now()))
afterEach(bench.clear)

async function dueAt(): Promise<unknown[]> {
  return (await bench.db.sql`select due_at, last_error from sweeps`).map((row) => [row.due_at, row.last_error])
}

it('runs at once when new, then after each interval, once for all that was missed', async () => {
  const runner = bench.run([poll])
  await bench.quiet(runner)
  bench.clock.advance(59_999)
  await bench.quiet(runner)
  expect(await bench.effects()).toEqual([START])
  bench.clock.advance(86_400_000)
  await bench.quiet(runner)
  const second = addMs(START, 86_459_999)
  expect(await bench.effects()).toEqual([START, second])
  expect(await dueAt()).toEqual([[addMs(second, 60_000), null]])
})

it('never stops the clock on its way', async () => {
  const runner = bench.run([poll])
  await bench.quiet(runner)
  expect(await runner.activity()).toEqual({ busy: [], nextDueAt: null })
})

it('is busy while due', async () => {
  const runner = bench.run([poll])
  await bench.quiet(runner)
  await runner.stop()
  bench.clock.advance(60_000)
  expect((await runner.activity()).busy).toEqual([{ what: `sweep ${kind}`, count: 1 }])
})

it('runs once for any number of replicas, however long it takes', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const slow = sweep(kind, { everyMs: 60_000 }, async (ctx) => {
    await effect(ctx, 'began')
    await promise
  })
  const readings = [0, 0, 0]
  const runners = readings.map((_, index) => {
    const read = () => {
      readings[index] = (readings[index] ?? 0) + 1
      return bench.clock.read()
    }
    return bench.run([slow], { clock: { read } })
  })
  await eventually(async () => (await bench.effects()).length > 0)
  // Two of them look again and again while the third is at work.
  await eventually(() => readings.filter((count) => count > 5).length === 2)
  resolve()
  for (const runner of runners) await bench.quiet(runner)
  expect(await bench.effects()).toEqual(['began'])
})

it('shows its failure and goes on at the next interval', async () => {
  const runner = bench.run([sweep(kind, { everyMs: 60_000 }, () => Promise.reject(new Error('no answer')))])
  await bench.quiet(runner)
  expect(await dueAt()).toEqual([[addMs(START, 60_000), 'Error: no answer']])
})

it('works for each tenant in a context of its own', async () => {
  const tenant = nextId('tenant')
  const seen: unknown[] = []
  const look = sweep(kind, { everyMs: 1_000 }, async (ctx) => {
    const own = ctx.forTenant(tenant)
    seen.push([own.tenant, own.actor, own.now()])
  })
  await bench.quiet(bench.run([look]))
  expect(seen).toEqual([[tenant, `timer:${kind}`, START]])
})

it('holds a shorter interval from the next start on', async () => {
  const first = bench.run([poll])
  await bench.quiet(first)
  await first.stop()
  await bench.quiet(bench.run([sweep(kind, { everyMs: 1_000 }, async () => undefined)]))
  expect(await dueAt()).toEqual([[addMs(START, 1_000), null]])
})
