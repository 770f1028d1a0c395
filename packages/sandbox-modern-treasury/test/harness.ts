import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock } from '@draupnir/sandbox'
import { startPostgres } from '@draupnir/stack'
import { type Instant, instant } from '@draupnir/time'
import ModernTreasury from 'modern-treasury'
import postgres from 'postgres'
import { z } from 'zod'
import { startSandbox } from '../src/index.ts'
import { conformance, specificationIsHere } from './conformance.ts'

export const CONTROL_SECRET = 'control'
export const WEBHOOK_KEY = 'whk'
const ActivityAnswer = z.looseObject({ busy: z.array(z.unknown()), next_due_at: z.string().nullable() })
const DEADLINE_MS = 10_000

export interface Webhook {
  readonly headers: Readonly<Record<string, string>>
  readonly raw: string
  readonly topic: string
  readonly event: string
  readonly data: Readonly<Record<string, unknown>>
}

/** A running sandbox, the official SDK talking to it, a receiver of its webhooks and a clock to move. */
export async function startHarness(start = '2026-01-05T15:00:00Z') {
  const server = await startPostgres({ dataDir: mkdtempSync(join(tmpdir(), 'mt-')), persistent: false })
  const clock = manualClock(instant(start))
  const config = {
    host: '127.0.0.1',
    port: 0,
    databaseUrl: await createDatabase(server.url),
    clockDatabaseUrl: '',
    organizationId: 'org',
    apiKey: 'key',
    webhookKey: WEBHOOK_KEY,
    controlSecret: CONTROL_SECRET,
    webhookUrl: undefined,
  }
  let sandbox = await startSandbox(config, clock)
  const receiver = await startReceiver()
  const violations: string[] = []
  const client = () =>
    new ModernTreasury({
      organizationID: 'org',
      apiKey: 'key',
      webhookKey: WEBHOOK_KEY,
      baseURL: sandbox.url,
      maxRetries: 0,
      fetch: specificationIsHere ? checkedFetch(violations) : fetch,
    })
  const control = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${sandbox.url}/_sandbox/${path}`, {
      method,
      headers: { authorization: `Bearer ${CONTROL_SECRET}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? null : JSON.parse(text) }
  }
  /** Waits until nothing is due and no webhook is on its way. */
  const quiet = async () => {
    const deadline = performance.now() + DEADLINE_MS
    for (;;) {
      const activity = ActivityAnswer.parse(await (await fetch(`${sandbox.url}/internal/activity`)).json())
      if (activity.busy.length === 0) return activity
      if (performance.now() > deadline) throw new Error(`still busy: ${JSON.stringify(activity)}`)
    }
  }
  return {
    clock,
    receiver,
    violations,
    control,
    quiet,
    client,
    url: () => sandbox.url,
    mt: client(),
    databaseUrl: config.databaseUrl,
    /** Moves the clock and waits for everything that follows from it. */
    advance: async (to: string) => {
      clock.set(instant(to) as Instant)
      await quiet()
    },
    restart: async () => {
      await sandbox.stop()
      sandbox = await startSandbox({ ...config, port: Number(new URL(sandbox.url).port) }, clock)
    },
    stop: async () => {
      await sandbox.stop()
      receiver.close()
      await server.stop()
    },
  }
}

export type Harness = Awaited<ReturnType<typeof startHarness>>

async function createDatabase(url: string): Promise<string> {
  const sql = postgres(url, { max: 1 })
  await sql.unsafe('create database modern_treasury')
  await sql.end()
  return url.replace(/\/postgres$/, '/modern_treasury')
}

async function startReceiver() {
  const received: Webhook[] = []
  const behaviour = { status: 200 }
  const server = createServer((request, response) => {
    let raw = ''
    request.on('data', (chunk) => {
      raw += chunk
    })
    request.on('end', () => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([k, v]) => [k, String(v)]))
      received.push({ headers, raw, topic: headers['x-topic'] ?? '', ...JSON.parse(raw) })
      response.writeHead(behaviour.status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const names = () => received.map(({ topic, event }) => `${topic}.${event}`)
  return { url: `http://127.0.0.1:${port}/hook`, received, behaviour, names, close: () => server.close() }
}

function checkedFetch(violations: string[]): typeof fetch {
  const spec = conformance()
  return async (input, init) => {
    const method = init?.method ?? 'GET'
    const { pathname } = new URL(String(input))
    const response = await fetch(input, init)
    const text = await response.clone().text()
    const body = text === '' ? null : JSON.parse(text)
    const wrong = spec.response(method, pathname, response.status, body)
    if (wrong !== null && response.status !== 501) violations.push(`${method} ${pathname} ${response.status}: ${wrong}`)
    if (response.ok && typeof init?.body === 'string') {
      const wrongRequest = spec.request(method, pathname, JSON.parse(init.body))
      if (wrongRequest !== null) violations.push(`${method} ${pathname} request: ${wrongRequest}`)
    }
    return response
  }
}
