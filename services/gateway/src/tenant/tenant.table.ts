import { idColumn, instantColumn } from '@draupnir/db'
import { pgSchema, text } from 'drizzle-orm/pg-core'

export const tenants = pgSchema('gateway').table('tenants', {
  id: idColumn('id', 'tenant').primaryKey(),
  name: text('name').notNull(),
  createdAt: instantColumn('created_at').notNull(),
})
