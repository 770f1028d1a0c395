import { idColumn } from '@draupnir/db'
import type { BillingStatus, ContractSync } from '@draupnir/wire'
import { jsonb, pgSchema, primaryKey, text } from 'drizzle-orm/pg-core'

export const contractStatuses = pgSchema('contract').table(
  'contract_statuses',
  {
    tenant: idColumn('tenant_id', 'tenant').notNull(),
    contractId: idColumn('contract_id', 'contract').notNull(),
    sync: jsonb('sync').$type<ContractSync>(),
    billingStatus: text('billing_status').$type<BillingStatus>().notNull().default('none'),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.contractId] })],
)
