import type { Bus } from '@draupnir/bus'
import { TIMER_MIGRATIONS } from '@draupnir/clock'
import { type DbPool, expectedMigrations, type MigrationSource } from '@draupnir/db'
import { httpMigrations } from '@draupnir/http'
import { OUTBOX_MIGRATIONS } from '@draupnir/outbox'
import type { ServiceDefinition } from './definition.ts'

/** Every source of a service's schema, in the order of applying: what the packages bring, then its own. */
export function migrationsOf({ name, migrations }: Pick<ServiceDefinition, 'name' | 'migrations'>): MigrationSource[] {
  return [OUTBOX_MIGRATIONS, TIMER_MIGRATIONS, httpMigrations, { name, directory: migrations }]
}

/** Migrations this code expects and the database lacks; more than expected is a newer release beside us. */
export async function missingMigrations(db: DbPool, sources: readonly MigrationSource[]): Promise<string[]> {
  const expected = await expectedMigrations(sources)
  const [there] = await db.sql<{ is: boolean }[]>`select to_regclass('schema_migrations') is not null as is`
  if (there?.is !== true) return expected
  const rows = await db.sql<{ id: string }[]>`select source || '/' || name as id from schema_migrations`
  const applied = new Set(rows.map(({ id }) => id))
  return expected.filter((id) => !applied.has(id))
}

export interface Readiness {
  readonly status: 'ready' | 'not-ready'
  readonly reasons: readonly string[]
}

/** Database, bus and migrations; never throws. */
export async function readiness(db: DbPool, bus: Bus, sources: readonly MigrationSource[]): Promise<Readiness> {
  const reasons = bus.connected() ? [] : ['the bus is not connected']
  try {
    const missing = await missingMigrations(db, sources)
    if (missing.length > 0) reasons.push(`migrations are missing: ${missing.join(', ')}`)
  } catch {
    reasons.push('the database does not answer')
  }
  return { status: reasons.length === 0 ? 'ready' : 'not-ready', reasons }
}
