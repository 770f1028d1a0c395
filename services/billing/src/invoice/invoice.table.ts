import { idColumn, instantColumn, minorUnits } from '@draupnir/db'
import type { Currency } from '@draupnir/money'
import type { Invoice } from '@draupnir/wire'
import { bigint, jsonb, pgSchema, text } from 'drizzle-orm/pg-core'

const billing = pgSchema('billing')

export const invoices = billing.table('invoices', {
  id: idColumn('id', 'invoice').primaryKey(),
  tenant: idColumn('tenant_id', 'tenant').notNull(),
  contractId: idColumn('contract_id', 'contract').notNull(),
  buyerId: idColumn('buyer_id', 'party').notNull(),
  openmeterInvoiceId: text('openmeter_invoice_id').notNull(),
  number: text('number').notNull(),
  state: text('state').$type<Invoice['state']>().notNull(),
  currency: text('currency').$type<Currency>().notNull(),
  total: minorUnits('total').notNull(),
  amountPaid: minorUnits('amount_paid').notNull(),
  /** Of OpenMeter's invoice, which the invoices of all its buyers sum to. */
  ratedTotal: minorUnits('rated_total').notNull(),
  periodFrom: instantColumn('period_from').notNull(),
  periodTo: instantColumn('period_to').notNull(),
  issuedAt: instantColumn('issued_at').notNull(),
  dueAt: instantColumn('due_at').notNull(),
  paidAt: instantColumn('paid_at'),
  platformFeeRate: text('platform_fee_rate').notNull(),
  splits: jsonb('splits').$type<Invoice['splits']>().notNull(),
  lines: jsonb('lines').$type<Invoice['lines']>().notNull(),
})

export const invoiceNumbers = billing.table('invoice_numbers', {
  tenant: idColumn('tenant_id', 'tenant').primaryKey(),
  lastNumber: bigint('last_number', { mode: 'bigint' }).notNull(),
})
