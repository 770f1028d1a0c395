import { idColumn } from '@draupnir/db'
import { jsonb, pgSchema, primaryKey } from 'drizzle-orm/pg-core'
import type { Seller } from './seller.ts'

export const sellers = pgSchema('device_health').table(
  'sellers',
  {
    tenant: idColumn('tenant_id', 'tenant').notNull(),
    id: idColumn('id', 'party').notNull(),
    roles: jsonb('roles').$type<Seller['roles']>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.id] })],
)
