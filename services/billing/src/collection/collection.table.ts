import { idColumn, instantColumn, minorUnits } from '@draupnir/db'
import type { Currency } from '@draupnir/money'
import { boolean, integer, jsonb, pgSchema, text } from 'drizzle-orm/pg-core'
import type { Attempt } from './collection.ts'

export interface CollectionRefusal {
  readonly code: string
  readonly available: string
}

export const collections = pgSchema('billing').table('collections', {
  id: idColumn('id', 'collection').primaryKey(),
  tenant: idColumn('tenant_id', 'tenant').notNull(),
  invoiceId: idColumn('invoice_id', 'invoice').notNull(),
  attempt: integer('attempt').notNull(),
  state: text('state').$type<Attempt['state']>().notNull(),
  amount: minorUnits('amount').notNull(),
  reversed: minorUnits('reversed').notNull(),
  currency: text('currency').$type<Currency>().notNull(),
  refusal: jsonb('refusal').$type<CollectionRefusal>(),
  requestedAt: instantColumn('requested_at').notNull(),
  answeredAt: instantColumn('answered_at'),
  fundsCame: boolean('funds_came').notNull(),
})
