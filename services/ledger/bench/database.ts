import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TIMER_MIGRATIONS } from '@draupnir/clock'
import { connect, type DbPool, migrate } from '@draupnir/db'
import { httpMigrations } from '@draupnir/http'
import { OUTBOX_MIGRATIONS } from '@draupnir/outbox'
import { startPostgres } from '@draupnir/stack'
import postgres from 'postgres'

export interface BenchDatabase {
  /** As the ledger's own role. */
  readonly db: DbPool
  /** As the owner: loads, empties, reads settings. */
  readonly owner: DbPool
  /** Connections of its own for the textbook, as many as it has clients. */
  readonly textbook: DbPool
  readonly url: string
  readonly postmaster: number
  readonly remove: () => Promise<void>
}

// As many as `min_wal_size` keeps.
const LOG_FILES = 64

/** A Postgres of the bench's own with durable settings, migrated like the ledger's. */
export async function openDatabase(): Promise<BenchDatabase> {
  const dataDir = mkdtempSync(join(tmpdir(), 'draupnir-ledger-bench-'))
  const server = await startPostgres({ dataDir, persistent: false })
  const sql = postgres(server.url, { max: 1, onnotice: () => undefined })
  await sql.unsafe("create role ledger login password 'bench'; alter role ledger set search_path to ledger")
  await sql.end()
  const own = { name: 'ledger', directory: fileURLToPath(new URL('../migrations', import.meta.url)) }
  const sources = [OUTBOX_MIGRATIONS, TIMER_MIGRATIONS, httpMigrations, own]
  await migrate({ url: server.url, schema: 'ledger', role: 'ledger', sources })
  const url = new URL(server.url)
  url.username = 'ledger'
  url.password = 'bench'
  const db = connect({ url: url.href, applicationName: 'bench', maxConnections: 4, statementTimeoutMs: 0 })
  const textbook = connect({ url: url.href, applicationName: 'textbook', maxConnections: 32 })
  const owner = connect({
    url: server.url,
    applicationName: 'bench owner',
    maxConnections: 2,
    searchPath: 'ledger',
    statementTimeoutMs: 0,
  })
  await age(owner)
  return {
    db,
    owner,
    textbook,
    url: url.href,
    postmaster: server.pid,
    remove: async () => {
      await Promise.all([db.close(), owner.close(), textbook.close()])
      await server.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

// The log of a Postgres that has been at work has files to write over; a new one makes each while all commits wait.
async function age({ sql }: DbPool): Promise<void> {
  for (let file = 0; file < LOG_FILES; file += 1) {
    await sql`select pg_logical_emit_message(true, 'bench', ''), pg_switch_wal()`
  }
  await sql`checkpoint`
}

const TABLES =
  'accounts, transactions, entries, journal, journal_heads, closings, outbox, outbox_publication, outbox_sequence'

/** Empty books. */
export async function empty({ owner }: BenchDatabase): Promise<void> {
  await owner.sql.unsafe(`truncate ${TABLES}, bench_accounts, bench_transfers, bench_idempotency, bench_outbox`)
}
