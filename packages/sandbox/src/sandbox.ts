import type { AddressInfo } from 'node:net'
import { type HttpBindings, serve } from '@hono/node-server'
import { Hono } from 'hono'
import { activity, type Meter } from './activity.ts'
import type { TestClock } from './clock.ts'
import { controlAuth } from './control-auth.ts'
import { applyMigrations, type Database, openDatabase } from './database.ts'
import { faultMiddleware } from './fault/fault.middleware.ts'
import { faultRoutes } from './fault/fault.routes.ts'
import { deliveryRoutes } from './webhook/delivery.routes.ts'
import { createSender, type WebhookManner } from './webhook/sender.ts'
import type { WorkHandler } from './work/work.ts'
import { createWorker } from './work/worker.ts'

export interface SandboxOptions {
  readonly name: string
  readonly databaseUrl: string
  /** Folder of the provider's own migrations, applied after those of this package. */
  readonly migrations: URL
  readonly clock: TestClock
  readonly controlSecret: string | undefined
  readonly webhooks: WebhookManner
  readonly work: Readonly<Record<string, WorkHandler>>
  /** An error as the imitated provider writes it. */
  readonly problem: (status: number) => Response
  /** Called once after the migrations: first rows a fresh provider account has. */
  readonly seed?: (database: Database) => Promise<void>
  readonly onError?: (error: unknown, work: string) => void
}

export interface Sandbox {
  readonly database: Database
  readonly clock: TestClock
  /** Does everything due now, then sends everything due now. */
  settle(): Promise<void>
  /** Wakes worker and sender without waiting; call after a request changed something. */
  poke(): void
  /** Starts to answer and to work; `api` is served below `/api`. Port 0 takes a free one. */
  listen(api: Hono, where: { host: string; port: number }): Promise<{ url: string; stop(): Promise<void> }>
  /** For a sandbox that never listened. */
  close(): Promise<void>
}

const POLL_MS = 200
const DRAIN_MS = 3_000

/** Opens the database of a provider sandbox and its engines: work on the test clock, webhooks, fault switch. */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const database = openDatabase(options.databaseUrl)
  await applyMigrations(database, 'sandbox', new URL('../migrations/', import.meta.url))
  await applyMigrations(database, options.name, options.migrations)
  await options.seed?.(database)
  const meter: Meter = { counter: 0, openRequests: 0 }
  const count = () => {
    meter.counter += 1
  }
  const onError = options.onError ?? ((error, work) => console.error(`${options.name}: ${work}: ${String(error)}`))
  const { clock } = options
  const worker = createWorker({ database, clock, handlers: options.work, onDone: count, onError })
  const sender = createSender({ database, clock, manner: options.webhooks, onSent: count, onError })
  let closing = false
  const settle = async (): Promise<void> => {
    await worker.run()
    if (!closing) await sender.run()
  }
  const poke = (): void => {
    if (closing) return
    settle().catch((error: unknown) => onError(error, 'background'))
  }
  const listen: Sandbox['listen'] = async (api, where) => {
    const app = shell({ ...options, database, meter, drain: worker.run, poke, api })
    const server = serve({ fetch: app.fetch, hostname: where.host, port: where.port })
    await new Promise<void>((resolve, reject) => {
      server.once('listening', resolve)
      server.once('error', reject)
    })
    const timer = setInterval(poke, POLL_MS)
    const { port } = addressOf(server.address())
    const stop = async (): Promise<void> => {
      closing = true
      clearInterval(timer)
      sender.stop()
      const closed = new Promise((resolve) => server.close(resolve))
      if ('closeIdleConnections' in server) server.closeIdleConnections()
      const cut = setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), DRAIN_MS)
      await closed
      clearTimeout(cut)
      await Promise.allSettled([worker.idle(), sender.idle()])
      await database.close()
    }
    return { url: `http://${where.host}:${port}`, stop }
  }
  return { database, clock, settle, poke, listen, close: () => database.close() }
}

interface ShellOptions extends SandboxOptions {
  readonly database: Database
  readonly meter: Meter
  readonly drain: () => Promise<void>
  readonly poke: () => void
  readonly api: Hono
}

function shell(options: ShellOptions): Hono<{ Bindings: HttpBindings }> {
  const { database, meter, clock } = options
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.get('/healthz', (c) => c.json({ status: 'ok' }))
  app.get('/readyz', async (c) => {
    await database.sql`select 1`
    return c.json({ status: 'ok' })
  })
  app.get('/internal/activity', async (c) => {
    const answer = await activity(options.name, database.sql, await clock.read(), meter)
    if (answer.busy.length > 0) options.poke()
    return c.json(answer)
  })
  app.use('/_sandbox/*', controlAuth(options.controlSecret))
  app.route('/_sandbox', faultRoutes(database.sql))
  app.route('/_sandbox', deliveryRoutes(database.sql))
  app.use('/api/*', async (c, next) => {
    meter.openRequests += 1
    try {
      // A leap of the clock is worked off before a request can see the state it left behind.
      await options.drain()
      await next()
    } finally {
      meter.openRequests -= 1
      meter.counter += 1
      if (c.req.method !== 'GET') options.poke()
    }
  })
  app.use('/api/*', faultMiddleware(database.sql, options.problem))
  app.route('/', options.api)
  return app
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('a sandbox listens on TCP')
  return address
}
