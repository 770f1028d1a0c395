import { idColumn } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { BillingStatus, ContractState } from '@draupnir/wire'
import { integer, jsonb, pgSchema, text } from 'drizzle-orm/pg-core'
import type { Buyer } from './buyers.ts'

export type Sellers = Readonly<Record<string, Id<'party'>>>

export const contracts = pgSchema('billing').table('contracts', {
  id: idColumn('id', 'contract').primaryKey(),
  tenant: idColumn('tenant_id', 'tenant').notNull(),
  contract: jsonb('contract').$type<ContractState>().notNull(),
  version: integer('version').notNull(),
  /** Who sells each line that ever was on the contract. */
  sellers: jsonb('sellers').$type<Sellers>().notNull(),
  /** Who bought from when, in this order. */
  buyers: jsonb('buyers').$type<readonly Buyer[]>().notNull(),
  billingStatus: text('billing_status').$type<BillingStatus>().notNull(),
})
