import { idColumn, instantColumn, minorUnits } from '@draupnir/db'
import type { Currency } from '@draupnir/money'
import type { Payout } from '@draupnir/wire'
import { jsonb, pgSchema, text } from 'drizzle-orm/pg-core'

export const payouts = pgSchema('payout').table('payouts', {
  id: idColumn('id', 'payout').primaryKey(),
  tenant: idColumn('tenant_id', 'tenant').notNull(),
  partyId: idColumn('party_id', 'party').notNull(),
  bankAccountId: idColumn('bank_account_id', 'bankAccount'),
  rail: text('rail').$type<Payout['rail']>().notNull(),
  amount: minorUnits('amount').notNull(),
  currency: text('currency').$type<Currency>().notNull(),
  state: text('state').$type<Payout['state']>().notNull(),
  failure: text('failure'),
  paymentOrderId: text('payment_order_id'),
  createdAt: instantColumn('created_at').notNull(),
  settledAt: instantColumn('settled_at'),
  cashOutId: idColumn('cash_out_id', 'cashOut').notNull(),
  legs: jsonb('legs').$type<Payout['source']['legs']>().notNull(),
})
