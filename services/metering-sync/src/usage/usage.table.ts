import { idColumn, instantColumn } from '@draupnir/db'
import { numeric, pgSchema, text } from 'drizzle-orm/pg-core'

export const usageEvents = pgSchema('metering_sync').table('usage_events', {
  id: text('id').primaryKey(),
  tenant: idColumn('tenant_id', 'tenant').notNull(),
  contractId: idColumn('contract_id', 'contract').notNull(),
  lineId: idColumn('line_id', 'contractLine').notNull(),
  deviceId: idColumn('device_id', 'device').notNull(),
  hour: instantColumn('hour').notNull(),
  gpuHours: numeric('gpu_hours', { precision: 20, scale: 4 }).notNull(),
  recordedAt: instantColumn('recorded_at').notNull(),
  sentAt: instantColumn('sent_at'),
  /** When it counts in OpenMeter; before it is sent only where that is fixed. */
  countedAt: instantColumn('counted_at'),
})
