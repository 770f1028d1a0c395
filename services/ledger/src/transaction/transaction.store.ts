import type { Context, SqlClient } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type Currency, money } from '@draupnir/money'
import type { Instant } from '@draupnir/time'
import { type AccountRef, accountOf } from '../account/account.ts'
import { type ChainHead, GENESIS, type Link } from './chain.ts'
import type { Posting, Transaction, TransactionState } from './transaction.ts'

export interface TransactionRow {
  readonly id: Id<'transaction'>
  readonly recipe: string
  readonly cause: string
  readonly reference: string
  readonly undoes: Id<'transaction'> | null
  readonly booked_as: 'pending' | 'posted'
  readonly state: TransactionState
  readonly effective_at: Instant
  readonly booked_at: Instant
  readonly resolved_by: string | null
  readonly resolved_at: Instant | null
}

interface PostingRow {
  readonly transaction_id: Id<'transaction'>
  readonly debit: string
  readonly credit: string
  readonly amount: bigint
  readonly currency: Currency
}

/** The names by which a transaction is known, each unique within its recipe. */
export interface Named {
  readonly recipe: string
  readonly cause: string
  readonly reference: string
}

/** What was booked under these causes or references before. */
export async function findNamed(ctx: Context, names: readonly Named[]): Promise<Transaction[]> {
  const rows = await ctx.db.sql<TransactionRow[]>`
    with u as (select * from unnest(
      ${names.map((n) => n.recipe)}::text[], ${names.map((n) => n.cause)}::text[], ${names.map((n) => n.reference)}::text[]
    ) as u(recipe, cause, reference))
    select t.* from transactions t join u on t.cause = u.cause and t.recipe = u.recipe where t.tenant_id = ${ctx.tenant}
    union
    select t.* from transactions t join u on t.reference = u.reference and t.recipe = u.recipe
    where t.tenant_id = ${ctx.tenant}`
  return withPostings(ctx, rows)
}

export async function findByReference(ctx: Context, recipe: string, reference: string): Promise<Transaction | null> {
  const rows = await ctx.db.sql<TransactionRow[]>`
    select * from transactions where tenant_id = ${ctx.tenant} and recipe = ${recipe} and reference = ${reference}`
  return (await withPostings(ctx, rows))[0] ?? null
}

export async function findTransaction(ctx: Context, id: Id<'transaction'>): Promise<Transaction | null> {
  const rows = await ctx.db.sql<TransactionRow[]>`
    select * from transactions where tenant_id = ${ctx.tenant} and id = ${id}`
  return (await withPostings(ctx, rows))[0] ?? null
}

export interface TransactionFilter {
  readonly account?: AccountRef | undefined
  readonly party?: Id<'party'> | undefined
  readonly cause?: string | undefined
  readonly reference?: string | undefined
  readonly before: string | null
  readonly limit: number
}

/** Newest first: ids sort by time of booking. */
export async function transactionsBy(ctx: Context, filter: TransactionFilter): Promise<Transaction[]> {
  const { sql } = ctx.db
  const { account, party, cause, reference, before } = filter
  const rows = await sql<TransactionRow[]>`
    select t.* from transactions t where t.tenant_id = ${ctx.tenant}
      ${before === null ? sql`` : sql`and t.id < ${before}`}
      ${cause === undefined ? sql`` : sql`and t.id in (select transaction_id from journal where tenant_id = ${ctx.tenant} and cause = ${cause})`}
      ${reference === undefined ? sql`` : sql`and t.reference = ${reference}`}
      ${account === undefined ? sql`` : sql`and ${touches(ctx, sql`select ${account}::text`)}`}
      ${party === undefined ? sql`` : sql`and ${touches(ctx, sql`select ref from accounts where tenant_id = ${ctx.tenant} and owner = ${party}`)}`}
    order by t.id desc limit ${filter.limit}`
  return withPostings(ctx, rows)
}

/** The end of the tenant's chain, locked until the transaction ends. */
export async function lockHead(ctx: Context): Promise<ChainHead> {
  const { sql } = ctx.db
  const select = () => sql<ChainHead[]>`
    select seq, hash from journal_heads where tenant_id = ${ctx.tenant} for update`
  const [head] = await select()
  if (head !== undefined) return head
  await sql`insert into journal_heads (tenant_id, seq, hash)
    values (${ctx.tenant}, ${GENESIS.seq}, ${GENESIS.hash}) on conflict do nothing`
  return (await select())[0] ?? GENESIS
}

export async function insertTransactions(ctx: Context, transactions: readonly Transaction[]): Promise<void> {
  if (transactions.length === 0) return
  const column = <T>(pick: (transaction: Transaction) => T) => transactions.map(pick)
  await ctx.db.sql`
    insert into transactions (tenant_id, id, recipe, cause, reference, undoes, booked_as, state, effective_at, booked_at,
      resolved_by, resolved_at)
    select ${ctx.tenant}, u.* from unnest(
      ${column((t) => t.id)}::text[], ${column((t) => t.recipe)}::text[], ${column((t) => t.cause)}::text[],
      ${column((t) => t.reference)}::text[], ${column((t) => t.undoes)}::text[], ${column((t) => t.bookedAs)}::text[],
      ${column((t) => t.state)}::text[], ${column((t) => t.effectiveAt)}::timestamptz[],
      ${column((t) => t.bookedAt)}::timestamptz[], ${column((t) => t.resolvedBy)}::text[],
      ${column((t) => t.resolvedAt)}::timestamptz[]
    ) as u`
  await insertPostings(ctx, transactions)
}

export async function resolveTransactions(ctx: Context, transactions: readonly Transaction[]): Promise<void> {
  if (transactions.length === 0) return
  await ctx.db.sql`
    update transactions t set state = u.state, resolved_by = u.resolved_by, resolved_at = u.resolved_at
    from unnest(
      ${transactions.map((t) => t.id)}::text[], ${transactions.map((t) => t.state)}::text[],
      ${transactions.map((t) => t.resolvedBy)}::text[], ${transactions.map((t) => t.resolvedAt)}::timestamptz[]
    ) as u(id, state, resolved_by, resolved_at)
    where t.tenant_id = ${ctx.tenant} and t.id = u.id`
}

export async function appendJournal(ctx: Context, links: readonly Link[]): Promise<void> {
  const last = links.at(-1)
  if (last === undefined) return
  await Promise.all([
    ctx.db.sql`
      insert into journal (tenant_id, seq, transaction_id, state, cause, recorded_at, prev_hash, hash)
      select ${ctx.tenant}, u.* from unnest(
        ${links.map((l) => l.entry.seq.toString())}::bigint[], ${links.map((l) => l.entry.transaction.id)}::text[],
        ${links.map((l) => l.entry.state)}::text[], ${links.map((l) => l.entry.cause)}::text[],
        ${links.map((l) => l.entry.recordedAt)}::timestamptz[], ${links.map((l) => l.prevHash)}::text[],
        ${links.map((l) => l.hash)}::text[]
      ) as u`,
    ctx.db.sql`
      update journal_heads set seq = ${last.entry.seq}, hash = ${last.hash} where tenant_id = ${ctx.tenant}`,
  ])
}

export function transactionOf(row: TransactionRow, postings: readonly Posting[]): Transaction {
  return {
    id: row.id,
    recipe: row.recipe,
    cause: row.cause,
    reference: row.reference,
    undoes: row.undoes,
    bookedAs: row.booked_as,
    state: row.state,
    effectiveAt: row.effective_at,
    bookedAt: row.booked_at,
    resolvedBy: row.resolved_by,
    resolvedAt: row.resolved_at,
    postings,
  }
}

async function insertPostings(ctx: Context, transactions: readonly Transaction[]): Promise<void> {
  const rows = transactions.flatMap(({ id, postings }) =>
    postings.map((posting, position) => ({ id, position, posting })),
  )
  await ctx.db.sql`
    insert into postings (tenant_id, transaction_id, position, debit, credit, amount, currency)
    select ${ctx.tenant}, u.* from unnest(
      ${rows.map((r) => r.id)}::text[], ${rows.map((r) => r.position)}::int[],
      ${rows.map((r) => r.posting.debit.ref)}::text[], ${rows.map((r) => r.posting.credit.ref)}::text[],
      ${rows.map((r) => r.posting.amount.amount.toString())}::bigint[],
      ${rows.map((r) => r.posting.amount.currency)}::text[]
    ) as u`
}

async function withPostings(ctx: Context, rows: readonly TransactionRow[]): Promise<Transaction[]> {
  if (rows.length === 0) return []
  const postings = await ctx.db.sql<PostingRow[]>`
    select transaction_id, debit, credit, amount, currency from postings
    where tenant_id = ${ctx.tenant} and transaction_id = any(${rows.map((row) => row.id)})
    order by transaction_id, position`
  const byTransaction = Map.groupBy(postings, (posting) => posting.transaction_id)
  return rows.map((row) => transactionOf(row, (byTransaction.get(row.id) ?? []).map(postingOf)))
}

function postingOf({ debit, credit, amount, currency }: PostingRow): Posting {
  return { debit: accountOf(debit), credit: accountOf(credit), amount: money(amount, currency) }
}

function touches(ctx: Context, refs: ReturnType<SqlClient>) {
  return ctx.db.sql`t.id in (
    select transaction_id from postings where tenant_id = ${ctx.tenant} and debit in (${refs})
    union select transaction_id from postings where tenant_id = ${ctx.tenant} and credit in (${refs}))`
}
