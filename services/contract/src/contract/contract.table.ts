import { idColumn, instantColumn } from '@draupnir/db'
import type { ContractState } from '@draupnir/wire'
import { boolean, integer, jsonb, pgSchema, text } from 'drizzle-orm/pg-core'
import type { Calendar } from './calendar.ts'
import type { Operation } from './operation.ts'

const schema = pgSchema('contract')

export const contracts = schema.table('contracts', {
  id: idColumn('id', 'contract').primaryKey(),
  tenant: idColumn('tenant_id', 'tenant').notNull(),
  buyerId: idColumn('buyer_id', 'party').notNull(),
  lifecycle: text('lifecycle').$type<ContractState['lifecycle']>().notNull(),
  version: integer('version').notNull(),
  edits: integer('edits').notNull(),
  state: jsonb('state').$type<ContractState>().notNull(),
  foldedAt: instantColumn('folded_at').notNull(),
  lastEffectiveAt: instantColumn('last_effective_at').notNull(),
  nextEffectAt: instantColumn('next_effect_at'),
  createdAt: instantColumn('created_at').notNull(),
  tail: integer('tail').notNull(),
  calendar: jsonb('calendar').$type<Calendar>(),
})

export const contractEdits = schema.table('contract_edits', {
  contractId: idColumn('contract_id', 'contract').notNull(),
  seq: integer('seq').notNull(),
  id: idColumn('id', 'contractEdit').primaryKey(),
  tenant: idColumn('tenant_id', 'tenant').notNull(),
  operation: text('operation').$type<Operation['operation']>().notNull(),
  payload: jsonb('payload').$type<Operation['payload']>().notNull(),
  rank: integer('rank').notNull(),
  automatic: boolean('automatic').notNull(),
  version: integer('version').notNull(),
  lastEffectiveAt: instantColumn('last_effective_at').notNull(),
  effectiveAt: instantColumn('effective_at').notNull(),
  recordedAt: instantColumn('recorded_at').notNull(),
  actor: text('actor').notNull(),
  cause: text('cause'),
  supersedes: idColumn('supersedes', 'contractEdit'),
})
