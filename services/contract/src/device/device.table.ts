import { idColumn, instantColumn } from '@draupnir/db'
import { pgSchema, primaryKey, text } from 'drizzle-orm/pg-core'
import type { DeviceState } from './device.ts'

const schema = pgSchema('contract')

export const devices = schema.table(
  'devices',
  {
    tenant: idColumn('tenant_id', 'tenant').notNull(),
    id: idColumn('id', 'device').notNull(),
    seller_id: idColumn('seller_id', 'party').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.id] })],
)

export const deviceStates = schema.table(
  'device_states',
  {
    tenant: idColumn('tenant_id', 'tenant').notNull(),
    deviceId: idColumn('device_id', 'device').notNull(),
    state: text('state').$type<DeviceState>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.deviceId] })],
)

export const deviceAssignments = schema.table(
  'device_assignments',
  {
    lineId: idColumn('line_id', 'contractLine').notNull(),
    deviceId: idColumn('device_id', 'device').notNull(),
    tenant: idColumn('tenant_id', 'tenant').notNull(),
    contractId: idColumn('contract_id', 'contract').notNull(),
    from: instantColumn('assigned_from').notNull(),
    until: instantColumn('assigned_until'),
  },
  (table) => [primaryKey({ columns: [table.lineId, table.deviceId] })],
)
