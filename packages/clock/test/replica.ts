import type { Context } from '@draupnir/db'
import { connect, type Log } from '@draupnir/db'
import { newId } from '@draupnir/ids'
import { instant } from '@draupnir/time'
import { activity, startTimerRunner, timer } from '../src/index.ts'

// A replica of a service: works until it is told to stop, or is killed.
const [url = '', name = ''] = process.argv.slice(2)
const NOW = instant('2026-01-01T00:00:00Z')
const anything = { parse: (data: unknown) => data as { n: number } }
const quiet = () => undefined
const log: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
const db = connect({ url, applicationName: name, maxConnections: 8 })

const record = (ctx: Context, what: string) => ctx.db.sql`insert into effects (what, worker) values (${what}, ${name})`

const runner = startTimerRunner({
  db,
  clock: { read: async () => NOW },
  definitions: [
    timer('t', anything, async (ctx, { n }) => {
      await record(ctx, `timer ${n}`)
      await ctx.db.sql`select pg_sleep(0.002)`
    }),
    activity('a', anything, {
      perform: async (ctx, { n }) => {
        await record(ctx, `called ${n}`)
        return n
      },
      settle: async (ctx, _data, n) => void (await record(ctx, `settled ${n}`)),
      backoff: { firstMs: 1_000, factor: 2, maxMs: 1_000, maxAttempts: null },
    }),
  ],
  contextFor: ({ db: own, now, tenant, actor, trace }) => ({
    db: own,
    now: () => now,
    newId: (kind) => newId(kind, now),
    tenant,
    actor,
    trace,
    log,
  }),
  log,
  pollMs: 20,
  leaseMs: 500,
})
console.log('ready')
process.once('SIGTERM', async () => {
  await runner.stop()
  await db.close()
})
