import { idColumn } from '@draupnir/db'
import type { BillingStatus, ContractState } from '@draupnir/wire'
import { integer, jsonb, pgSchema, text } from 'drizzle-orm/pg-core'

export const contracts = pgSchema('billing').table('contracts', {
  id: idColumn('id', 'contract').primaryKey(),
  tenant: idColumn('tenant_id', 'tenant').notNull(),
  contract: jsonb('contract').$type<ContractState>().notNull(),
  version: integer('version').notNull(),
  billingStatus: text('billing_status').$type<BillingStatus>().notNull(),
})
