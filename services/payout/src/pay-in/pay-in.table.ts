import { idColumn, instantColumn, minorUnits } from '@draupnir/db'
import type { Currency } from '@draupnir/money'
import type { PayIn } from '@draupnir/wire'
import { pgSchema, text } from 'drizzle-orm/pg-core'

export const payIns = pgSchema('payout').table('pay_ins', {
  id: idColumn('id', 'payIn').primaryKey(),
  tenant: idColumn('tenant_id', 'tenant').notNull(),
  partyId: idColumn('party_id', 'party').notNull(),
  bankAccountId: idColumn('bank_account_id', 'bankAccount').notNull(),
  rail: text('rail').$type<PayIn['rail']>().notNull(),
  amount: minorUnits('amount').notNull(),
  currency: text('currency').$type<Currency>().notNull(),
  state: text('state').$type<PayIn['state']>().notNull(),
  failure: text('failure'),
  paymentOrderId: text('payment_order_id'),
  createdAt: instantColumn('created_at').notNull(),
  clearedAt: instantColumn('cleared_at'),
  returnedAt: instantColumn('returned_at'),
  returnReason: text('return_reason'),
  returnCode: text('return_code'),
  reversedBy: idColumn('reversed_by', 'transaction'),
})
