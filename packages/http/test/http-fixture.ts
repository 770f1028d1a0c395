import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type DbPool, type Log, migrate } from '@draupnir/db'
import { newId } from '@draupnir/ids'
import { startPostgres } from '@draupnir/stack'
import { instant } from '@draupnir/time'
import { getRequestListener } from '@hono/node-server'
import postgres from 'postgres'
import {
  type AppOptions,
  type Claims,
  createApp,
  httpMigrations,
  internalAuth,
  internalRequest,
  type Route,
} from '../src/index.ts'

export const SECRET = 'a secret of this test'
export const NOW = instant('2026-11-22T12:00:00Z')
export const TENANT = newId('tenant', NOW)

export const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

export const claims: Claims = {
  tenant: TENANT,
  actor: 'key_test',
  scopes: ['things:write'],
  request_id: 'req_test_0001',
}

export interface TestDatabase {
  readonly db: DbPool
  readonly locks: DbPool
  readonly url: string
  readonly admin: postgres.Sql
  readonly stop: () => Promise<void>
}

/** A Postgres of its own with the tables of idempotency and one table `effects` to count in. */
export async function startDatabase(): Promise<TestDatabase> {
  const dataDir = mkdtempSync(join(tmpdir(), 'draupnir-http-'))
  const server = await startPostgres({ dataDir, persistent: false, settings: { fsync: 'off', shared_buffers: '32MB' } })
  const admin = postgres(server.url, { max: 1, onnotice: () => undefined })
  await admin`create role thing login password 'thing'`
  await admin`alter role thing set search_path = thing`
  await migrate({ url: server.url, schema: 'thing', role: 'thing', sources: [httpMigrations] })
  await admin`create table thing.effects (id int generated always as identity, note text not null)`
  await admin`grant all on thing.effects to thing`
  const url = new URL(server.url)
  url.username = 'thing'
  url.password = 'thing'
  const db = connect({ url: url.toString(), applicationName: 'thing', maxConnections: 8 })
  const locks = connect({ url: url.toString(), applicationName: 'thing-locks', maxConnections: 8 })
  const stop = async () => {
    await Promise.all([db.close(), locks.close(), admin.end()])
    await server.stop()
  }
  return { db, locks, url: url.toString(), admin, stop }
}

export interface TestServer {
  readonly url: string
  readonly call: (path: string, options?: Partial<Call>) => Promise<Response>
  readonly stop: () => Promise<void>
}

export interface Call {
  readonly method: string
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>
  readonly claims: Claims
  readonly signal: AbortSignal
}

/** The app behind a real listening server. */
export async function serveApp(
  database: TestDatabase,
  routes: readonly Route[],
  options: Partial<AppOptions> = {},
): Promise<TestServer> {
  const app = createApp({
    routes,
    db: database.db,
    locks: database.locks,
    now: async () => NOW,
    log: silent,
    authenticate: internalAuth(SECRET),
    checkReplies: true,
    ...options,
  })
  const server = createServer(getRequestListener(app.fetch))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    call: (path, call = {}) => internalRequest({ secret: SECRET, claims, baseUrl: url, path, ...call }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
