import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import { and, asc, desc, eq, gt, lt } from 'drizzle-orm'
import { contractEdits, contracts } from './contract.table.ts'
import type { Edit } from './contract.ts'

/** The stored fold of a contract and the moment it was folded at. */
export interface Head {
  readonly state: ContractState
  readonly foldedAt: Instant
  readonly createdAt: Instant
}

/** The head, locked until the transaction ends. */
export async function lockHead(ctx: Context, id: Id<'contract'>): Promise<Head | null> {
  const [row] = await ctx.db.orm.select().from(contracts).where(ours(ctx, id)).for('update')
  return row ?? null
}

export async function findHead(ctx: Context, id: Id<'contract'>): Promise<Head | null> {
  const [row] = await ctx.db.orm.select().from(contracts).where(ours(ctx, id))
  return row ?? null
}

export interface ContractFilter {
  readonly buyerId: Id<'party'> | null
  readonly lifecycle: ContractState['lifecycle'] | null
  readonly before: Id<'contract'> | null
}

/** Newest first. */
export async function selectHeads(ctx: Context, filter: ContractFilter, limit: number): Promise<Head[]> {
  return await ctx.db.orm
    .select()
    .from(contracts)
    .where(
      and(
        eq(contracts.tenant, ctx.tenant),
        filter.buyerId === null ? undefined : eq(contracts.buyerId, filter.buyerId),
        filter.lifecycle === null ? undefined : eq(contracts.lifecycle, filter.lifecycle),
        filter.before === null ? undefined : lt(contracts.id, filter.before),
      ),
    )
    .orderBy(desc(contracts.id))
    .limit(limit)
}

export async function insertHead(ctx: Context, state: ContractState, at: Instant): Promise<void> {
  await ctx.db.orm.insert(contracts).values({ tenant: ctx.tenant, createdAt: at, ...columnsOf(state, at) })
}

export async function updateHead(ctx: Context, state: ContractState, at: Instant): Promise<void> {
  await ctx.db.orm.update(contracts).set(columnsOf(state, at)).where(ours(ctx, state.id))
}

export async function appendEdit(ctx: Context, contractId: Id<'contract'>, edit: Edit): Promise<void> {
  await ctx.db.orm.insert(contractEdits).values({
    contractId,
    tenant: ctx.tenant,
    seq: edit.seq,
    id: edit.id,
    operation: edit.operation,
    payload: edit.payload,
    effectiveAt: edit.effective_at,
    recordedAt: edit.recorded_at,
    actor: edit.actor,
    cause: edit.cause,
    supersedes: edit.supersedes,
  })
}

/** The log in the order of recording, after `afterSeq`. */
export async function selectEdits(
  ctx: Context,
  contractId: Id<'contract'>,
  afterSeq: number,
  limit: number,
): Promise<Edit[]> {
  const rows = await ctx.db.orm
    .select()
    .from(contractEdits)
    .where(and(editsOf(ctx, contractId), gt(contractEdits.seq, afterSeq)))
    .orderBy(asc(contractEdits.seq))
    .limit(limit)
  return rows.map(editOf)
}

/** The termination that stands: the last one recorded, since each supersedes the one before. */
export async function lastTermination(ctx: Context, contractId: Id<'contract'>): Promise<Id<'contractEdit'> | null> {
  const [row] = await ctx.db.orm
    .select({ id: contractEdits.id })
    .from(contractEdits)
    .where(and(editsOf(ctx, contractId), eq(contractEdits.operation, 'terminate')))
    .orderBy(desc(contractEdits.seq))
    .limit(1)
  return row?.id ?? null
}

function ours(ctx: Context, id: Id<'contract'>) {
  return and(eq(contracts.id, id), eq(contracts.tenant, ctx.tenant))
}

function editsOf(ctx: Context, contractId: Id<'contract'>) {
  return and(eq(contractEdits.contractId, contractId), eq(contractEdits.tenant, ctx.tenant))
}

function columnsOf(state: ContractState, at: Instant) {
  const { id, buyer_id, lifecycle, version } = state
  return { id, buyerId: buyer_id, lifecycle, version, state, foldedAt: at }
}

// The operation column says which payload it is; only `appendEdit` writes the two.
function editOf(row: typeof contractEdits.$inferSelect): Edit {
  const { id, seq, operation, payload, effectiveAt, recordedAt, actor, cause, supersedes } = row
  const edit = { id, seq, operation, payload, actor, cause, supersedes }
  return { ...edit, effective_at: effectiveAt, recorded_at: recordedAt } as Edit
}
