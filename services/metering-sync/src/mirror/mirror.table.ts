import { idColumn, instantColumn } from '@draupnir/db'
import type { ContractState, ContractSync } from '@draupnir/wire'
import { integer, jsonb, pgSchema, text } from 'drizzle-orm/pg-core'
import type { Agreed } from './agreed.ts'
import type { LineTimes } from './line-times.ts'

export const mirrors = pgSchema('metering_sync').table('mirrors', {
  contractId: idColumn('contract_id', 'contract').primaryKey(),
  tenant: idColumn('tenant_id', 'tenant').notNull(),
  contract: jsonb('contract').$type<ContractState>().notNull(),
  contractVersion: integer('contract_version').notNull(),
  syncedVersion: integer('synced_version').notNull(),
  syncState: text('sync_state').$type<ContractSync['sync_state']>().notNull(),
  customerId: text('openmeter_customer_id'),
  subscriptionId: text('openmeter_subscription_id'),
  subscriptionFrom: instantColumn('subscription_from'),
  boughtFrom: instantColumn('bought_from'),
  lines: jsonb('lines').$type<LineTimes>().notNull(),
  agreed: jsonb('agreed').$type<readonly Agreed[]>().notNull(),
  attempts: integer('attempts').notNull(),
  lastError: text('last_error'),
  nextAttemptAt: instantColumn('next_attempt_at'),
  updatedAt: instantColumn('updated_at').notNull(),
})
