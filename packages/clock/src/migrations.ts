import { fileURLToPath } from 'node:url'
import type { MigrationSource } from '@draupnir/db'

/** Tables of the test clock, for schema `clock` of the main database. */
export const CLOCK_MIGRATIONS: MigrationSource = { name: 'clock', directory: folder('clock') }

/** Tables of timers, activities and sweeps, for the schema of each service. */
export const TIMER_MIGRATIONS: MigrationSource = { name: 'timers', directory: folder('timers') }

function folder(name: string): string {
  return fileURLToPath(new URL(`../migrations/${name}`, import.meta.url))
}
