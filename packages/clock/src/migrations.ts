import { fileURLToPath } from 'node:url'
import type { MigrationSource } from '@draupnir/db'

/** Tables of timers, activities and sweeps, for the schema of every service. */
export const TIMER_MIGRATIONS: MigrationSource = { name: 'clock', directory: folder('migrations') }

/** Tables of the test clock, for schema `clock` of the main database. */
export const CLOCK_MIGRATIONS: MigrationSource = { name: 'clock', directory: folder('migrations-shared') }

function folder(name: string): string {
  return fileURLToPath(new URL(`../${name}`, import.meta.url))
}
