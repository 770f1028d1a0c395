import { idColumn, instantColumn } from '@draupnir/db'
import { integer, pgSchema, text } from 'drizzle-orm/pg-core'
import type { Device } from './device.ts'

export const devices = pgSchema('device_health').table('devices', {
  id: idColumn('id', 'device').primaryKey(),
  tenant: idColumn('tenant_id', 'tenant').notNull(),
  seller_id: idColumn('seller_id', 'party').notNull(),
  serial: text('serial').notNull(),
  sku: text('sku').notNull(),
  gpu_count: integer('gpu_count').notNull(),
  heartbeat_grace_seconds: integer('heartbeat_grace_seconds').notNull(),
  state: text('state').$type<Device['state']>().notNull(),
  last_heartbeat_at: instantColumn('last_heartbeat_at'),
  registered_at: instantColumn('registered_at').notNull(),
})
