import { idColumn } from '@draupnir/db'
import { jsonb, pgSchema, primaryKey } from 'drizzle-orm/pg-core'
import type { Party } from './party.ts'

export const parties = pgSchema('contract').table(
  'parties',
  {
    tenant: idColumn('tenant_id', 'tenant').notNull(),
    id: idColumn('id', 'party').notNull(),
    roles: jsonb('roles').$type<Party['roles']>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.id] })],
)
