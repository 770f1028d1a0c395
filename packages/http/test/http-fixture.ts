import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect, type DbPool, type Log } from '@draupnir/db'
import { newId } from '@draupnir/ids'
import { testDatabase } from '@draupnir/testing'
import { instant } from '@draupnir/time'
import { getRequestListener } from '@hono/node-server'
import { afterAll } from 'vitest'
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

export interface TestPools {
  readonly db: DbPool
  readonly locks: DbPool
  readonly owner: DbPool
}

/** A database of the test file with the tables of idempotency and one table `effects` to count in. */
export async function startDatabase(): Promise<TestPools> {
  const { db, owner, url } = await testDatabase({ schema: 'thing', sources: [httpMigrations], maxConnections: 8 })
  await owner.sql`create table effects (id int generated always as identity, note text not null)`
  await owner.sql`grant all on effects to public`
  const locks = connect({ url, applicationName: 'test locks', maxConnections: 8 })
  afterAll(() => locks.close())
  return { db, locks, owner }
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
  database: TestPools,
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
