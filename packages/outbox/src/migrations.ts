import { fileURLToPath } from 'node:url'
import type { MigrationSource } from '@draupnir/db'

/** The tables of this package, for the schema of every service: put it before the service's own source. */
export const OUTBOX_MIGRATIONS: MigrationSource = {
  name: 'outbox',
  directory: fileURLToPath(new URL('../migrations', import.meta.url)),
}
