import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import { and, asc, desc, eq, gt, inArray, lt } from 'drizzle-orm'
import type { Calendar } from './calendar.ts'
import { contractEdits, contracts } from './contract.table.ts'
import type { Edit } from './operation.ts'

/** The stored fold of a contract and the moment it was folded at. */
export interface Head {
  readonly state: ContractState
  readonly edits: number
  readonly foldedAt: Instant
  readonly lastEffectiveAt: Instant
  /** When the next edit that lies ahead begins. */
  readonly nextEffectAt: Instant | null
  readonly createdAt: Instant
  /** Placed after the last snapshot. */
  readonly tail: number
  /** How it is billed since it was first in force, which cannot change any more. */
  readonly calendar: Calendar | null
}

/** The head, locked until the transaction ends. */
export function lockHead(ctx: Context, id: Id<'contract'>): Promise<Head | null> {
  return selectHead(ctx, id, ctx.db.sql`for update`)
}

export function findHead(ctx: Context, id: Id<'contract'>): Promise<Head | null> {
  return selectHead(ctx, id, ctx.db.sql``)
}

// Read by every edit and every read: building the query anew with drizzle took longer than all the rest of reading it.
async function selectHead({ db: { sql }, tenant }: Context, id: Id<'contract'>, lock: ReturnType<typeof sql>) {
  const [row] = await sql<Head[]>`
    select state, edits, folded_at as "foldedAt", last_effective_at as "lastEffectiveAt",
      next_effect_at as "nextEffectAt", created_at as "createdAt", tail, calendar
    from contracts where id = ${id} and tenant_id = ${tenant} ${lock}`
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

export async function insertHead(ctx: Context, head: Head): Promise<void> {
  await ctx.db.orm.insert(contracts).values({ tenant: ctx.tenant, createdAt: head.createdAt, ...columnsOf(head) })
}

export async function updateHead(ctx: Context, head: Head): Promise<void> {
  await ctx.db.orm.update(contracts).set(columnsOf(head)).where(ours(ctx, head.state.id))
}

/** An edit, and the head after it. */
export async function appendEdit(ctx: Context, { state, lastEffectiveAt }: Head, edit: Edit): Promise<void> {
  await ctx.db.orm.insert(contractEdits).values({
    contractId: state.id,
    tenant: ctx.tenant,
    seq: edit.seq,
    id: edit.id,
    operation: edit.operation,
    payload: edit.payload,
    rank: edit.rank,
    automatic: edit.automatic,
    version: state.version,
    lastEffectiveAt,
    effectiveAt: edit.effective_at,
    recordedAt: edit.recorded_at,
    actor: edit.actor,
    cause: edit.cause,
    supersedes: edit.supersedes,
  })
}

/** An edit after which nothing holds, its place and the head after it, in one statement: the common case. */
export async function appendWithHead(ctx: Context, head: Head, edit: Edit): Promise<void> {
  const { id, buyer_id, lifecycle, version } = head.state
  const { sql } = ctx.db
  await sql`
    with edit as (
      insert into contract_edits (contract_id, seq, id, tenant_id, operation, payload, effective_at, recorded_at, actor,
        cause, supersedes, rank, automatic, version, last_effective_at)
      values (${id}, ${edit.seq}, ${edit.id}, ${ctx.tenant}, ${edit.operation}, ${JSON.stringify(edit.payload)}::jsonb,
        ${edit.effective_at}, ${edit.recorded_at}, ${edit.actor}, ${edit.cause}, ${edit.supersedes}, ${edit.rank},
        ${edit.automatic}, ${version}, ${head.lastEffectiveAt})),
    place as (
      insert into contract_placements (contract_id, effective_at, rank, edit_seq, stands_from, ends)
      values (${id}, ${edit.effective_at}, ${edit.rank}, ${edit.seq}, ${edit.seq}, ${lifecycle === 'ended'}))
    update contracts set buyer_id = ${buyer_id}, lifecycle = ${lifecycle}, version = ${version}, edits = ${head.edits},
      state = ${JSON.stringify(head.state)}::jsonb, folded_at = ${head.foldedAt},
      last_effective_at = ${head.lastEffectiveAt}, next_effect_at = ${head.nextEffectAt}, tail = ${head.tail},
      calendar = ${head.calendar === null ? null : JSON.stringify(head.calendar)}::jsonb
    where id = ${id} and tenant_id = ${ctx.tenant}`
}

export async function findEdit(ctx: Context, contractId: Id<'contract'>, id: Id<'contractEdit'>): Promise<Edit | null> {
  const [row] = await ctx.db.orm
    .select()
    .from(contractEdits)
    .where(and(editsOf(ctx, contractId), eq(contractEdits.id, id)))
  return row === undefined ? null : editOf(row)
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

/** By which later edits these were superseded. */
export async function selectSuperseding(ctx: Context, contractId: Id<'contract'>, ids: readonly Id<'contractEdit'>[]) {
  if (ids.length === 0) return []
  return await ctx.db.orm
    .select({ id: contractEdits.id, supersedes: contractEdits.supersedes })
    .from(contractEdits)
    .where(and(editsOf(ctx, contractId), inArray(contractEdits.supersedes, [...ids])))
    .orderBy(asc(contractEdits.seq))
}

/** Edits recorded when the contract had a later version than this, oldest first. */
export async function selectEditsSince(ctx: Context, contractId: Id<'contract'>, version: number, limit: number) {
  const rows = await ctx.db.orm
    .select()
    .from(contractEdits)
    .where(and(editsOf(ctx, contractId), gt(contractEdits.version, version)))
    .orderBy(asc(contractEdits.seq))
    .limit(limit)
  return rows.map(editOf)
}

/** The last edit that had been recorded when the contract had this version. */
export async function lastOfVersion(ctx: Context, contractId: Id<'contract'>, version: number) {
  const [row] = await ctx.db.sql<{ seq: number; version: number; recorded_at: Instant }[]>`
    select seq, version, recorded_at from contract_edits
    where contract_id = ${contractId} and tenant_id = ${ctx.tenant} and version <= ${version}
    order by seq desc limit 1`
  return row ?? null
}

/** The last edit recorded until `knownAt`, and when the last one begins that stood then. */
export async function lastKnown(ctx: Context, contractId: Id<'contract'>, knownAt: Instant) {
  const [row] = await ctx.db.sql<{ seq: number; last_effective_at: Instant }[]>`
    select seq, last_effective_at from contract_edits
    where contract_id = ${contractId} and tenant_id = ${ctx.tenant} and recorded_at <= ${knownAt}::timestamptz
    order by recorded_at desc, seq desc limit 1`
  return row ?? null
}

function ours(ctx: Context, id: Id<'contract'>) {
  return and(eq(contracts.id, id), eq(contracts.tenant, ctx.tenant))
}

function editsOf(ctx: Context, contractId: Id<'contract'>) {
  return and(eq(contractEdits.contractId, contractId), eq(contractEdits.tenant, ctx.tenant))
}

function columnsOf({ state, edits, foldedAt, lastEffectiveAt, nextEffectAt, tail, calendar }: Head) {
  const { id, buyer_id, lifecycle, version } = state
  const fold = { state, edits, foldedAt, lastEffectiveAt, nextEffectAt, tail, calendar }
  return { id, buyerId: buyer_id, lifecycle, version, ...fold }
}

// The operation column says which payload it is; only `appendEdit` writes the two.
function editOf(row: typeof contractEdits.$inferSelect): Edit {
  const { id, seq, rank, automatic, operation, payload, effectiveAt, recordedAt, actor, cause, supersedes } = row
  const edit = { id, seq, rank, automatic, operation, payload, actor, cause, supersedes }
  return { ...edit, effective_at: effectiveAt, recorded_at: recordedAt } as Edit
}
