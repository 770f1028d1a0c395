import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type DbPool, migrate } from '@draupnir/db'
import { type Postgres, type PostgresOptions, startPostgres } from '@draupnir/stack'
import postgres from 'postgres'
import { OUTBOX_MIGRATIONS } from '../src/index.ts'

export interface Database {
  readonly server: Postgres
  readonly dataDir: string
  /** A pool as the role of one service, in its schema; made on first use. */
  readonly pool: (service: string, maxConnections?: number) => Promise<DbPool>
  readonly urlOf: (service: string) => Promise<string>
  readonly remove: () => Promise<void>
}

const PASSWORD = 'test'
export const EFFECTS = { name: 'effects', directory: new URL('./migrations', import.meta.url).pathname }

/** A Postgres of its own with one schema and role per service, as in production. */
export async function startDatabase(options: Partial<PostgresOptions> = {}): Promise<Database> {
  const dataDir = mkdtempSync(join(tmpdir(), 'draupnir-pg-'))
  const server = await startPostgres({ dataDir, persistent: false, ...options })
  const ready = new Map<string, Promise<string>>()
  const pools: DbPool[] = []
  const urlOf = (service: string) => {
    const url = ready.get(service) ?? prepareService(server.url, service)
    ready.set(service, url)
    return url
  }
  return {
    server,
    dataDir,
    urlOf,
    pool: async (service, maxConnections = 8) => {
      const pool = connect({ url: await urlOf(service), applicationName: service, maxConnections })
      pools.push(pool)
      return pool
    },
    remove: async () => {
      await Promise.all(pools.map((pool) => pool.close()))
      await server.stop()
    },
  }
}

async function prepareService(ownerUrl: string, service: string): Promise<string> {
  const schema = service.replaceAll('-', '_')
  const owner = postgres(ownerUrl, { max: 1, onnotice: () => undefined })
  await owner.unsafe(`create role "${schema}" login password '${PASSWORD}'`)
  await owner.unsafe(`alter role "${schema}" set search_path to "${schema}"`)
  await owner.end()
  await migrate({ url: ownerUrl, schema, role: schema, sources: [OUTBOX_MIGRATIONS, EFFECTS] })
  const url = new URL(ownerUrl)
  url.username = schema
  url.password = PASSWORD
  return url.toString()
}
