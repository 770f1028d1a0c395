import { idColumn } from '@draupnir/db'
import { boolean, jsonb, pgSchema, primaryKey } from 'drizzle-orm/pg-core'
import type { Service } from '../usage/usage.ts'

export const assignments = pgSchema('device_health').table(
  'assignments',
  {
    lineId: idColumn('line_id', 'contractLine').notNull(),
    deviceId: idColumn('device_id', 'device').notNull(),
    tenant: idColumn('tenant_id', 'tenant').notNull(),
    contractId: idColumn('contract_id', 'contract').notNull(),
    metered: boolean('metered').notNull(),
    serves: jsonb('serves').$type<readonly Service[]>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.lineId, table.deviceId] })],
)
