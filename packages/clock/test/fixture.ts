import { type Context, type Db, type Log, transact } from '@draupnir/db'
import { eventually, type TestClock, testClock, testContext, testDatabase, testLog } from '@draupnir/testing'
import { instant } from '@draupnir/time'
import {
  type Definition,
  type Schedule,
  schedule,
  startTimerRunner,
  TIMER_MIGRATIONS,
  type TimerRunner,
  type TimerRunnerOptions,
} from '../src/index.ts'

export const START = instant('2026-01-01T00:00:00Z')
export const anything = { parse: (data: unknown) => data }
export const EFFECTS = { name: 'effects', directory: new URL('./migrations', import.meta.url).pathname }

export interface TimerRecord {
  readonly kind: string
  readonly key: string
  readonly due_at: string
  readonly state: string
  readonly attempt: number
  readonly last_error: string | null
}

export interface Bench {
  readonly db: Db
  readonly url: string
  readonly clock: TestClock
  readonly log: ReturnType<typeof testLog>
  readonly ctx: () => Context
  readonly later: (what: Partial<Schedule> & { kind: string }) => Promise<void>
  readonly run: (definitions: readonly Definition[], options?: Partial<TimerRunnerOptions<Context>>) => TimerRunner
  /** Until nothing is due or under way, as an advancing clock would wait. */
  readonly quiet: (runner: TimerRunner) => Promise<void>
  readonly effects: () => Promise<string[]>
  readonly timers: () => Promise<TimerRecord[]>
  readonly clear: () => Promise<void>
}

/** A database with timers and a table of effects, and a clock moved by hand. */
export async function openBench(): Promise<Bench> {
  const { db, url } = await testDatabase({
    schema: 'billing',
    sources: [TIMER_MIGRATIONS, EFFECTS],
    maxConnections: 12,
  })
  const clock = testClock(START)
  const log = testLog()
  const ctx = () => testContext(db, { clock, log })
  const runners: TimerRunner[] = []
  return {
    db,
    url,
    clock,
    log,
    ctx,
    later: ({ kind, key = 'a', dueAt = clock.now(), data = {}, ...rest }) =>
      transact(ctx(), (inner) => schedule(inner, { kind, key, dueAt, data, ...rest })),
    run: (definitions, options = {}) => {
      const contextFor = contextOver(log)
      const runner = startTimerRunner({ db, clock, definitions, contextFor, log, pollMs: 5, ...options })
      runners.push(runner)
      return runner
    },
    quiet: async (runner) => {
      await eventually(async () => (await runner.activity()).busy.length === 0)
    },
    effects: async () =>
      (await db.sql<{ what: string }[]>`select what from effects order by position`).map((row) => row.what),
    timers: async () => [
      ...(await db.sql<
        TimerRecord[]
      >`select kind, key, due_at, state, attempt, last_error from timers order by due_at, key`),
    ],
    clear: async () => {
      await Promise.all(runners.splice(0).map((runner) => runner.stop()))
      await db.sql`delete from timers`
      await db.sql`delete from sweeps`
      await db.sql`delete from effects`
      clock.set(START)
    },
  }
}

export function contextOver(log: Log): TimerRunnerOptions<Context>['contextFor'] {
  return ({ db, now, tenant, actor, trace }) => testContext(db, { now, tenant, actor, trace, log })
}

/** Records an effect in the transaction of `ctx`. */
export async function effect(ctx: Pick<Context, 'db'>, what: string, worker = ''): Promise<void> {
  await ctx.db.sql`insert into effects (what, worker) values (${what}, ${worker})`
}
