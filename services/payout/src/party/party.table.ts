import { idColumn, instantColumn } from '@draupnir/db'
import type { Party } from '@draupnir/wire'
import { pgSchema, text } from 'drizzle-orm/pg-core'

export const parties = pgSchema('payout').table('parties', {
  id: idColumn('id', 'party').primaryKey(),
  tenant: idColumn('tenant_id', 'tenant').notNull(),
  name: text('name').notNull(),
  kind: text('kind').$type<Party['kind']>().notNull(),
  roles: text('roles').array().$type<Party['roles']>().notNull(),
  email: text('email').notNull(),
  state: text('state').$type<Party['state']>().notNull(),
  failure: text('failure'),
  legalEntityId: text('legal_entity_id'),
  counterpartyId: text('counterparty_id'),
  createdAt: instantColumn('created_at').notNull(),
})
