import { idColumn, instantColumn } from '@draupnir/db'
import { customType, pgSchema, text } from 'drizzle-orm/pg-core'

const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' })

export const apiKeys = pgSchema('gateway').table('api_keys', {
  id: idColumn('id', 'apiKey').primaryKey(),
  tenant: idColumn('tenant_id', 'tenant').notNull(),
  name: text('name').notNull(),
  tokenHash: bytea('token_hash').notNull(),
  tokenHint: text('token_hint').notNull(),
  scopes: text('scopes').array().notNull(),
  createdAt: instantColumn('created_at').notNull(),
  createdBy: text('created_by').notNull(),
  expiresAt: instantColumn('expires_at'),
  revokedAt: instantColumn('revoked_at'),
  lastUsedAt: instantColumn('last_used_at'),
})
