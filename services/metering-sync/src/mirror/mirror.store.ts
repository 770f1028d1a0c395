import type { Context, Db } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { and, asc, eq, sql } from 'drizzle-orm'
import { mirrors } from './mirror.table.ts'
import type { Mirror } from './mirror.ts'

/** The mirror of a contract, locked until the transaction ends. */
export async function lockMirror(ctx: Context, contractId: Id<'contract'>): Promise<Mirror | null> {
  const [row] = await ctx.db.orm.select().from(mirrors).where(ours(ctx, contractId)).for('update')
  return row === undefined ? null : fromRow(row)
}

export async function findMirror(ctx: Context, contractId: Id<'contract'>): Promise<Mirror | null> {
  const [row] = await ctx.db.orm.select().from(mirrors).where(ours(ctx, contractId))
  return row === undefined ? null : fromRow(row)
}

export async function saveMirror(ctx: Context, mirror: Mirror): Promise<void> {
  const row = toRow(ctx, mirror)
  await ctx.db.orm.insert(mirrors).values(row).onConflictDoUpdate({ target: mirrors.contractId, set: row })
}

export type Audited = Pick<Mirror, 'tenant' | 'contract' | 'lines' | 'boughtFrom'>

/** Contracts of all tenants that OpenMeter was brought to, in the order of their ids; ended ones too. */
export async function syncedAfter(db: Db, after: string, limit: number): Promise<Audited[]> {
  return await db.orm
    .select({
      tenant: mirrors.tenant,
      contract: mirrors.contract,
      lines: mirrors.lines,
      boughtFrom: mirrors.boughtFrom,
    })
    .from(mirrors)
    .where(and(eq(mirrors.syncState, 'synced'), sql`${mirrors.contractId} > ${after}`))
    .orderBy(asc(mirrors.contractId))
    .limit(limit)
}

function ours(ctx: Context, contractId: Id<'contract'>) {
  return and(eq(mirrors.contractId, contractId), eq(mirrors.tenant, ctx.tenant))
}

function toRow(ctx: Context, mirror: Mirror): typeof mirrors.$inferInsert {
  const { contract, sync, subscriptionFrom, boughtFrom, lines, agreed } = mirror
  return {
    contractId: contract.id,
    tenant: ctx.tenant,
    contract,
    contractVersion: contract.version,
    syncedVersion: sync.synced_version,
    syncState: sync.sync_state,
    customerId: sync.openmeter_customer_id,
    subscriptionId: sync.openmeter_subscription_id,
    subscriptionFrom,
    boughtFrom,
    lines,
    agreed,
    attempts: sync.attempts,
    lastError: sync.last_error,
    nextAttemptAt: sync.next_attempt_at,
    updatedAt: ctx.now(),
  }
}

function fromRow(row: typeof mirrors.$inferSelect): Mirror {
  return {
    tenant: row.tenant,
    contract: row.contract,
    subscriptionFrom: row.subscriptionFrom,
    boughtFrom: row.boughtFrom,
    lines: row.lines,
    agreed: row.agreed,
    sync: {
      contract_id: row.contractId,
      sync_state: row.syncState,
      synced_version: row.syncedVersion,
      openmeter_customer_id: row.customerId,
      openmeter_subscription_id: row.subscriptionId,
      attempts: row.attempts,
      last_error: row.lastError,
      next_attempt_at: row.nextAttemptAt,
    },
  }
}
