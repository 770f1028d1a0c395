import {
  type Context,
  jsonArray,
  numberArray,
  type SqlClient,
  type Statement,
  sparseArray,
  textArray,
} from '@draupnir/db'
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

interface Asked {
  readonly id: Id<'contract'>
  readonly tenant: Id<'tenant'>
}

/** The head, locked until the transaction ends. In a shared transaction nobody is waited for, and it is read once. */
export async function lockHead({ db, tenant }: Context, id: Id<'contract'>): Promise<Head | null> {
  if (!db.isShared) return db.together(lockHeads, { id, tenant })
  db.claim(id)
  return (await db.together(lockFreeHeads, { id, tenant })) ?? db.leave()
}

export function findHead({ db, tenant }: Context, id: Id<'contract'>): Promise<Head | null> {
  return db.together(readHeads, { id, tenant })
}

const lockHeads: Statement<Asked, Head | null> = (sql, asked) => selectHead(sql, asked, sql`for update`)
const lockFreeHeads: Statement<Asked, Head | null> = (sql, asked) => selectHead(sql, asked, sql`for update skip locked`)
const readHeads: Statement<Asked, Head | null> = (sql, asked) => selectHead(sql, asked, sql``)

// Read by every edit and every read: building the query anew with drizzle took longer than all the rest of reading it.
async function selectHead(sql: SqlClient, asked: readonly Asked[], lock: ReturnType<SqlClient>) {
  const rows = await sql<(Head & Asked)[]>`
    select id, tenant_id as tenant, state, edits, folded_at as "foldedAt", last_effective_at as "lastEffectiveAt",
      next_effect_at as "nextEffectAt", created_at as "createdAt", tail, calendar
    from contracts
    where id = any(${textArray(asked.map(({ id }) => id))}::text[])
      and tenant_id = any(${textArray(asked.map(({ tenant }) => tenant))}::text[])
    order by id ${lock}`
  const heads = new Map(rows.map(({ id, tenant, ...head }) => [`${tenant} ${id}`, head]))
  return asked.map(({ id, tenant }) => heads.get(`${tenant} ${id}`) ?? null)
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

/** An edit after which nothing holds, and the head after it. */
export interface Appended {
  readonly tenant: Id<'tenant'>
  readonly head: Head
  readonly edit: Edit
}

/** Edits after which nothing holds, each of another contract, with their places and heads in one statement: the common case. */
export async function appendWithHeads(sql: SqlClient, rows: readonly Appended[]): Promise<readonly null[]> {
  const texts = (of: (row: Appended) => string | null) => sparseArray(rows.map(of))
  const numbers = (of: (row: Appended) => number) => numberArray(rows.map(of))
  const values = (of: (row: Appended) => unknown) => jsonArray(rows.map((row) => JSON.stringify(of(row))))
  await sql`
    with input as materialized (
      select * from rows from (
        unnest(${texts(({ head }) => head.state.id)}::text[], ${texts(({ tenant }) => tenant)}::text[],
          ${numbers(({ edit }) => edit.seq)}::int[], ${texts(({ edit }) => edit.id)}::text[],
          ${texts(({ edit }) => edit.operation)}::text[], ${texts(({ edit }) => edit.effective_at)}::timestamptz[],
          ${texts(({ edit }) => edit.recorded_at)}::timestamptz[], ${texts(({ edit }) => edit.actor)}::text[],
          ${texts(({ edit }) => edit.cause)}::text[], ${texts(({ edit }) => edit.supersedes)}::text[],
          ${numbers(({ edit }) => edit.rank)}::int[], ${texts(({ edit }) => String(edit.automatic))}::bool[],
          ${texts(({ head }) => head.state.buyer_id)}::text[], ${texts(({ head }) => head.state.lifecycle)}::text[],
          ${numbers(({ head }) => head.state.version)}::int[], ${numbers(({ head }) => head.edits)}::int[],
          ${texts(({ head }) => head.foldedAt)}::timestamptz[], ${texts(({ head }) => head.lastEffectiveAt)}::timestamptz[],
          ${texts(({ head }) => head.nextEffectAt)}::timestamptz[], ${numbers(({ head }) => head.tail)}::int[]),
        jsonb_array_elements(${values(({ edit }) => edit.payload)}::jsonb),
        jsonb_array_elements(${values(({ head }) => head.state)}::jsonb),
        jsonb_array_elements(${values(({ head }) => head.calendar)}::jsonb))
        as t (contract_id, tenant_id, seq, id, operation, effective_at, recorded_at, actor, cause, supersedes, rank,
          automatic, buyer_id, lifecycle, version, edits, folded_at, last_effective_at, next_effect_at, tail, payload, state,
          calendar)),
    edit as (
      insert into contract_edits (contract_id, seq, id, tenant_id, operation, payload, effective_at, recorded_at, actor,
        cause, supersedes, rank, automatic, version, last_effective_at)
      select contract_id, seq, id, tenant_id, operation, payload, effective_at, recorded_at, actor, cause, supersedes,
        rank, automatic, version, last_effective_at from input),
    place as (
      insert into contract_placements (contract_id, effective_at, rank, edit_seq, stands_from, ends)
      select contract_id, effective_at, rank, seq, seq, lifecycle = 'ended' from input)
    update contracts c set buyer_id = i.buyer_id, lifecycle = i.lifecycle, version = i.version, edits = i.edits,
      state = i.state, folded_at = i.folded_at, last_effective_at = i.last_effective_at,
      next_effect_at = i.next_effect_at, tail = i.tail, calendar = nullif(i.calendar, 'null')
    from input i where c.id = i.contract_id and c.tenant_id = i.tenant_id`
  return rows.map(() => null)
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
