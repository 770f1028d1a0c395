import { transact } from '@draupnir/db'
import { eventually, type RunningScript, runUntilCrash, startScript } from '@draupnir/testing'
import { afterEach, expect, it } from 'vitest'
import { openBench, START } from '../test/fixture.ts'
import { schedule } from './schedule.ts'

const bench = await openBench()
const script = new URL('../test/replica.ts', import.meta.url)
const running: RunningScript[] = []
afterEach(async () => {
  for (const replica of running.splice(0)) {
    replica.kill('SIGKILL')
    await replica.ended
  }
  await bench.clear()
})

function start(name: string): RunningScript {
  const replica = startScript({ script, args: [bench.url, name] })
  running.push(replica)
  return replica
}

async function later(kind: string, count: number): Promise<void> {
  await transact(bench.ctx(), async (ctx) => {
    for (let n = 0; n < count; n += 1) await schedule(ctx, { kind, key: `${n}`, dueAt: START, data: { n } })
  })
}

function tally(effects: readonly string[], what: string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const effect of effects) if (effect.startsWith(what)) counts.set(effect, (counts.get(effect) ?? 0) + 1)
  return counts
}

it('runs every timer exactly once on three replicas of which one is killed, and settles every activity once', async () => {
  await later('t', 300)
  await later('a', 100)
  const replicas = ['one', 'two', 'three'].map(start)
  await Promise.all(replicas.map((replica) => replica.printed('ready')))
  await eventually(async () => (await bench.effects()).length > 60, 20_000)
  replicas[0]?.kill('SIGKILL')
  await eventually(async () => (await bench.timers()).length === 0, 30_000)
  const effects = await bench.effects()
  expect([...new Set(tally(effects, 'timer').values())]).toEqual([1])
  expect([...new Set(tally(effects, 'settled').values())]).toEqual([1])
  expect([tally(effects, 'timer').size, tally(effects, 'settled').size, tally(effects, 'called').size]).toEqual([
    300, 100, 100,
  ])
  const workers = await bench.db.sql<{ worker: string }[]>`select distinct worker from effects`
  expect(workers.length).toBeGreaterThan(1)
}, 60_000)

it('calls the provider again, and settles once, after a crash between the call and the commit', async () => {
  await later('a', 3)
  await runUntilCrash('after-provider-call-before-commit', { script, args: [bench.url, 'crashing'] }, 2)
  const settledBefore = tally(await bench.effects(), 'settled').size
  expect(settledBefore).toBeLessThan(3)
  start('healing')
  await eventually(async () => (await bench.timers()).length === 0, 20_000)
  const effects = await bench.effects()
  expect([...tally(effects, 'settled').values()]).toEqual([1, 1, 1])
  expect(effects.filter((what) => what.startsWith('called')).length).toBeGreaterThan(3)
}, 60_000)
