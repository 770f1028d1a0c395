import { idColumn, instantColumn } from '@draupnir/db'
import type { BillingStatus, ContractSync } from '@draupnir/wire'
import { bigint, jsonb, pgSchema, primaryKey, text } from 'drizzle-orm/pg-core'
import type { Machine, ServiceStatus } from './status.ts'

const schema = pgSchema('contract')

export const contractStatuses = schema.table(
  'contract_statuses',
  {
    tenant: idColumn('tenant_id', 'tenant').notNull(),
    contractId: idColumn('contract_id', 'contract').notNull(),
    sync: jsonb('sync').$type<ContractSync>(),
    billingStatus: text('billing_status').$type<BillingStatus>().notNull().default('none'),
    serviceStatus: text('service_status').$type<ServiceStatus>().notNull().default('provisioning'),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.contractId] })],
)

export const contractTransitions = schema.table('contract_transitions', {
  tenant: idColumn('tenant_id', 'tenant').notNull(),
  contractId: idColumn('contract_id', 'contract').notNull(),
  seq: bigint('seq', { mode: 'bigint' }).generatedAlwaysAsIdentity(),
  machine: text('machine').$type<Machine>().notNull(),
  from: text('from_status'),
  to: text('to_status').notNull(),
  at: instantColumn('at').notNull(),
})
