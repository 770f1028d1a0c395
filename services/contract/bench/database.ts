import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectBus, provision } from '@draupnir/bus'
import { connect, type DbPool, migrate } from '@draupnir/db'
import { startRelay } from '@draupnir/outbox'
import { migrationsOf } from '@draupnir/service'
import { startNats, startPostgres } from '@draupnir/stack'
import { streams } from '@draupnir/wire'
import postgres from 'postgres'
import { contract } from '../src/service.ts'

export interface Bench {
  readonly db: DbPool
  readonly owner: DbPool
  /** Publishes what is in the outbox until stopped. */
  readonly relay: () => ReturnType<typeof startRelay>
  readonly close: () => Promise<void>
}

export const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** A Postgres with durable settings and a broker of the bench's own, migrated like the service's. */
export async function openBench(): Promise<Bench> {
  const directory = mkdtempSync(join(tmpdir(), 'draupnir-contract-bench-'))
  const server = await startPostgres({ dataDir: join(directory, 'postgres'), persistent: false })
  const nats = await startNats({ storeDir: join(directory, 'nats') })
  const sql = postgres(server.url, { max: 1, onnotice: () => undefined })
  await sql.unsafe("create role contract login password 'bench'; alter role contract set search_path to contract")
  await sql.end()
  await migrate({ url: server.url, schema: 'contract', role: 'contract', sources: migrationsOf(contract) })
  const url = new URL(server.url)
  url.username = 'contract'
  url.password = 'bench'
  const db = connect({ url: url.href, applicationName: 'bench', maxConnections: 24, statementTimeoutMs: 0 })
  const owner = connect({
    url: server.url,
    applicationName: 'owner',
    maxConnections: 2,
    searchPath: 'contract',
    statementTimeoutMs: 0,
  })
  const bus = await connectBus({ url: nats.url, name: 'bench' })
  await provision(bus, { streams: streams().filter(({ service }) => service === 'contract'), durables: [] })
  return {
    db,
    owner,
    relay: () => startRelay({ db, bus, stream: 'EVT_CONTRACT', log: SILENT }),
    close: async () => {
      await bus.close()
      await Promise.all([db.close(), owner.close()])
      await nats.stop()
      await server.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
