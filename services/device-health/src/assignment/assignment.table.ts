import { idColumn, instantColumn } from '@draupnir/db'
import { boolean, pgSchema, primaryKey } from 'drizzle-orm/pg-core'

export const assignments = pgSchema('device_health').table(
  'assignments',
  {
    lineId: idColumn('line_id', 'contractLine').notNull(),
    deviceId: idColumn('device_id', 'device').notNull(),
    tenant: idColumn('tenant_id', 'tenant').notNull(),
    contractId: idColumn('contract_id', 'contract').notNull(),
    metered: boolean('metered').notNull(),
    from: instantColumn('serves_from').notNull(),
    until: instantColumn('serves_until'),
  },
  (table) => [primaryKey({ columns: [table.lineId, table.deviceId] })],
)
