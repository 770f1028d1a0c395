import { readdir, readFile } from 'node:fs/promises'
import { type Instant, instant } from '@draupnir/time'
import postgres from 'postgres'

/** A connection or an open transaction. */
export type Sql = postgres.ISql<{ instant: Instant; count: number }>

export interface Database {
  readonly sql: Sql
  /** Runs `work` in one transaction. */
  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T>
  close(): Promise<void>
}

const TIMESTAMPTZ = 1184
const INT8 = 20

/** Opens a pool in which timestamptz is an `Instant` and counts are numbers. */
export function openDatabase(url: string, connections = 8): Database {
  const sql = postgres(url, {
    max: connections,
    onnotice: () => {},
    connection: { application_name: 'sandbox', TimeZone: 'UTC' },
    types: {
      instant: {
        to: TIMESTAMPTZ,
        from: [TIMESTAMPTZ],
        serialize: (value: Instant) => value,
        parse: (text: string): Instant => instant(text),
      },
      count: { to: INT8, from: [INT8], serialize: String, parse: Number },
    },
  })
  const transaction = async <T>(work: (tx: Sql) => Promise<T>): Promise<T> => {
    const box: { value?: T } = {}
    await sql.begin(async (tx) => {
      box.value = await work(tx)
    })
    return box.value as T
  }
  return { sql, transaction, close: () => sql.end({ timeout: 5 }) }
}

/** Applies the `.sql` files of `folder` in the order of their names, each once, each in a transaction. */
export async function applyMigrations(database: Database, scope: string, folder: URL): Promise<void> {
  await database.sql`create table if not exists sandbox_migrations (scope text, name text, primary key (scope, name))`
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  for (const name of names) {
    await database.transaction(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtext('sandbox_migrations'))`
      const done = await tx`insert into sandbox_migrations ${tx({ scope, name })} on conflict do nothing returning 1`
      if (done.length > 0) await tx.unsafe(await readFile(new URL(name, folder), 'utf8'))
    })
  }
}
