import { idColumn, instantColumn } from '@draupnir/db'
import type { Currency } from '@draupnir/money'
import type { BankAccount } from '@draupnir/wire'
import { pgSchema, text } from 'drizzle-orm/pg-core'

export const bankAccounts = pgSchema('payout').table('bank_accounts', {
  id: idColumn('id', 'bankAccount').primaryKey(),
  tenant: idColumn('tenant_id', 'tenant').notNull(),
  partyId: idColumn('party_id', 'party').notNull(),
  currency: text('currency').$type<Currency>().notNull(),
  accountType: text('account_type').$type<BankAccount['account_type']>().notNull(),
  last4: text('last4').notNull(),
  state: text('state').$type<BankAccount['state']>().notNull(),
  failure: text('failure'),
  externalAccountId: text('external_account_id'),
  createdAt: instantColumn('created_at').notNull(),
})
