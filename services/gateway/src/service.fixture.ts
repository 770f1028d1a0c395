import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connectBus, provision } from '@draupnir/bus'
import { CLOCK_MIGRATIONS, provisionTestClock } from '@draupnir/clock'
import { migrate } from '@draupnir/db'
import { type App, createApp, internalAuth, type Route } from '@draupnir/http'
import { createLog, migrationsOf, startService } from '@draupnir/service'
import { startTestBroker, testClock, testDatabase, testLog } from '@draupnir/testing'
import { type Instant, instant } from '@draupnir/time'
import { durables, SERVICES, streams } from '@draupnir/wire'
import { getRequestListener } from '@hono/node-server'
import { afterAll } from 'vitest'
import { gateway } from './service.ts'

export const SECRET = 'secret-of-the-gateway-tests'
export const BOOTSTRAP = `sk_sandbox_${'b'.repeat(43)}`
export const T0: Instant = instant('2026-01-01T00:00:00Z')

/** Another service: its public routes behind the real shell, and `/internal` answers of the test's own. */
export interface FakeService {
  readonly routes?: readonly Route[]
  /** By path; called with the parsed body. */
  readonly internal?: Readonly<Record<string, (body: unknown) => { status?: number; body: unknown }>>
  readonly openapi: unknown
}

/** The real gateway in front of fake services, over HTTP, on a test clock of its own. */
export async function gatewayBefore(fakes: Readonly<Record<string, FakeService>>) {
  const { db, owner, url, ownerUrl } = await testDatabase({ schema: 'gateway', sources: migrationsOf(gateway) })
  await migrate({ url: ownerUrl, schema: 'clock', role: new URL(url).username, sources: [CLOCK_MIGRATIONS] })
  await provisionTestClock(ownerUrl, T0)
  const broker = await startTestBroker()
  const bus = await connectBus({ url: broker.url, name: 'provisioner' })
  await provision(bus, { streams: streams(), durables: durables() })
  await bus.close()
  const servers = await Promise.all(
    SERVICES.filter((name) => name !== 'gateway').map(
      async (name) => [name, await serveFake(db, fakes[name])] as const,
    ),
  )
  const urls = Object.fromEntries(servers.map(([name, server]) => [name, server.url]))
  const lines: string[] = []
  const running = await startService(gateway, {
    env: {
      PORT: '0',
      DATABASE_URL: url,
      NATS_URL: broker.url,
      INTERNAL_AUTH_SECRET: SECRET,
      CLOCK: 'sandbox',
      CLOCK_DATABASE_URL: ownerUrl,
      SERVICE_URLS: JSON.stringify(urls),
      PUBLIC_URL: 'http://gateway.test',
      BOOTSTRAP_API_KEY: BOOTSTRAP,
    },
    log: createLog('gateway', 'trace', { write: (line) => lines.push(line) }),
  })
  afterAll(async () => {
    await running.stop()
    for (const [, server] of servers) await server.stop()
    await broker.stop()
  })
  const call = async (method: string, path: string, options: CallOptions = {}) => {
    const { token = BOOTSTRAP, body, headers = {} } = options
    const response = await fetch(running.url + path, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(method === 'POST' ? { 'idempotency-key': crypto.randomUUID() } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, body: jsonOf(text) }
  }
  return {
    ...{ db, owner, call, url: running.url, logged: () => lines.join('') },
    stopService: (name: string) => servers.find(([known]) => known === name)?.[1].stop(),
  }
}

export interface CallOptions {
  readonly token?: string | null
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

function jsonOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}

async function serveFake(db: Parameters<typeof createApp>[0]['db'], fake: FakeService | undefined) {
  const clock = testClock(T0)
  const internal = (app: App) => {
    app.get('/internal/openapi.json', (c) =>
      c.json((fake?.openapi ?? { openapi: '3.1.0', info: { title: 'x', version: '1' } }) as object),
    )
    app.all('/internal/*', async (c) => {
      const answer = fake?.internal?.[c.req.path]
      if (answer === undefined)
        return c.json({
          data: [],
          checks: [],
          produced: null,
          consumed: [],
          name: 'x',
          counter: 0,
          busy: [],
          next_due_at: null,
        })
      const text = Buffer.from(c.get('bytes')).toString()
      const { status = 200, body } = answer(text === '' ? undefined : JSON.parse(text))
      return c.json(body as object, status as 200)
    })
  }
  const app = createApp({
    routes: fake?.routes ?? [],
    db,
    now: clock.read,
    log: testLog(),
    authenticate: internalAuth(SECRET),
    extend: internal,
    checkReplies: true,
  })
  const server = createServer(getRequestListener(app.fetch))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
