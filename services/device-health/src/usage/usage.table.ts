import { idColumn, instantColumn } from '@draupnir/db'
import { integer, pgSchema, primaryKey } from 'drizzle-orm/pg-core'

export const usageHours = pgSchema('device_health').table(
  'usage_hours',
  {
    lineId: idColumn('line_id', 'contractLine').notNull(),
    deviceId: idColumn('device_id', 'device').notNull(),
    hour: instantColumn('hour').notNull(),
    tenant: idColumn('tenant_id', 'tenant').notNull(),
    contractId: idColumn('contract_id', 'contract').notNull(),
    total: integer('total_gpu_seconds').notNull(),
    revision: integer('revision').notNull(),
  },
  (table) => [primaryKey({ columns: [table.lineId, table.deviceId, table.hour] })],
)
