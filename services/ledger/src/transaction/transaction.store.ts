import { type Context, sparseArray, textArray } from '@draupnir/db'
import { assert } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { money } from '@draupnir/money'
import type { Instant } from '@draupnir/time'
import { accountOf } from '../account/account.ts'
import type { Link } from './chain.ts'
import type { Posting, Transaction, TransactionState } from './transaction.ts'

export interface TransactionRow {
  readonly id: Id<'transaction'>
  readonly recipe: string
  readonly cause: string
  readonly reference: string | null
  readonly undoes: Id<'transaction'> | null
  readonly booked_as: 'pending' | 'posted'
  readonly state: TransactionState
  readonly actor: string
  readonly effective_at: Instant
  readonly booked_at: Instant
  readonly expires_at: Instant | null
  readonly resolved_by: string | null
  readonly resolved_at: Instant | null
  readonly debits: readonly string[]
  readonly credits: readonly string[]
  readonly amounts: readonly bigint[]
}

/** The names by which transactions are looked for. */
export interface Names {
  readonly causes: readonly { readonly recipe: string; readonly cause: string }[]
  readonly references: readonly { readonly recipe: string; readonly reference: string }[]
  readonly ids: readonly string[]
  readonly undoes: readonly string[]
}

/** What was booked under these names before; every look-up goes by an index, whatever the planner believes. */
export async function findNamed(ctx: Context, { causes, references, ids, undoes }: Names): Promise<Transaction[]> {
  const { sql } = ctx.db
  const found = await Promise.all([
    causes.length === 0
      ? []
      : sql<TransactionRow[]>`
        select t.* from unnest(${textArray(causes.map((n) => n.recipe))}::text[], ${textArray(causes.map((n) => n.cause))}::text[])
          as u(recipe, cause) cross join lateral (
            select * from transactions t
            where t.tenant_id = ${ctx.tenant} and t.cause = u.cause and t.recipe = u.recipe limit 1) t`,
    references.length === 0
      ? []
      : sql<TransactionRow[]>`
        select t.* from unnest(${textArray(references.map((n) => n.recipe))}::text[],
          ${textArray(references.map((n) => n.reference))}::text[])
          as u(recipe, reference) cross join lateral (
            select * from transactions t
            where t.tenant_id = ${ctx.tenant} and t.reference = u.reference and t.recipe = u.recipe limit 1) t`,
    ids.length === 0
      ? []
      : sql<TransactionRow[]>`
        select * from transactions where tenant_id = ${ctx.tenant} and id = any(${textArray(ids)}::text[])`,
    undoes.length === 0
      ? []
      : sql<TransactionRow[]>`
        select * from transactions where tenant_id = ${ctx.tenant} and undoes = any(${textArray(undoes)}::text[])`,
  ])
  return found.flat().map(transactionOf)
}

export async function findByReference(ctx: Context, recipe: string, reference: string): Promise<Transaction | null> {
  const [found] = await findNamed(ctx, { causes: [], references: [{ recipe, reference }], ids: [], undoes: [] })
  return found ?? null
}

export async function findTransaction(ctx: Context, id: Id<'transaction'>): Promise<Transaction | null> {
  const [found] = await findNamed(ctx, { causes: [], references: [], ids: [id], undoes: [] })
  return found ?? null
}

/** Books new transactions under the link of the journal that records them. */
export async function insertTransactions(
  ctx: Context,
  transactions: readonly Transaction[],
  { lane, link, recordedAt }: Pick<Link, 'lane' | 'link' | 'recordedAt'>,
): Promise<void> {
  if (transactions.length === 0) return
  const column = (pick: (transaction: Transaction) => string) => textArray(transactions.map(pick))
  const sparse = (pick: (transaction: Transaction) => string | null) => sparseArray(transactions.map(pick))
  // Refs hold nothing that an array literal would have to escape.
  const list = (pick: (posting: Posting) => string | bigint) => column((t) => `{${t.postings.map(pick).join(',')}}`)
  await ctx.db.sql`
    insert into transactions (tenant_id, lane, link, id, recipe, cause, reference, undoes, booked_as, state, actor,
      effective_at, booked_at, expires_at, resolved_by, resolved_at, debits, credits, amounts)
    select ${ctx.tenant}, ${lane}::smallint, ${link}::bigint, u.id, u.recipe, u.cause, u.reference, u.undoes,
      coalesce(u.booked_as, 'posted'), coalesce(u.booked_as, 'posted'), coalesce(u.actor, ${ctx.actor}),
      coalesce(u.effective_at, ${recordedAt}), ${recordedAt}, u.expires_at, null, null, u.debits::text[], u.credits::text[],
      u.amounts::bigint[]
    from unnest(
      ${column((t) => t.id)}::text[], ${column((t) => t.recipe)}::text[], ${column((t) => t.cause)}::text[],
      ${sparse((t) => t.reference)}::text[], ${sparse((t) => t.undoes)}::text[],
      ${sparse((t) => (t.bookedAs === 'posted' ? null : t.bookedAs))}::text[],
      ${sparse((t) => (t.actor === ctx.actor ? null : t.actor))}::text[],
      ${sparse((t) => (t.effectiveAt === recordedAt ? null : t.effectiveAt))}::timestamptz[],
      ${sparse((t) => t.expiresAt)}::timestamptz[],
      ${list((posting) => posting.debit.ref)}::text[], ${list((posting) => posting.credit.ref)}::text[],
      ${list((posting) => posting.amount.amount)}::text[]
    ) as u(id, recipe, cause, reference, undoes, booked_as, actor, effective_at, expires_at, debits, credits,
      amounts)`
}

/** Ends pending transactions; whoever finds one ended already has been overtaken, and his batch fails. */
export async function resolveTransactions(ctx: Context, transactions: readonly Transaction[]): Promise<void> {
  if (transactions.length === 0) return
  const { count } = await ctx.db.sql`
    update transactions t set state = u.state, resolved_by = u.resolved_by, resolved_at = u.resolved_at
    from unnest(
      ${textArray(transactions.map((t) => t.id))}::text[], ${textArray(transactions.map((t) => t.state))}::text[],
      ${textArray(transactions.map((t) => t.resolvedBy))}::text[],
      ${textArray(transactions.map((t) => t.resolvedAt))}::timestamptz[]
    ) as u(id, state, resolved_by, resolved_at)
    where t.tenant_id = ${ctx.tenant} and t.id = u.id and t.state = 'pending'`
  assert(count === transactions.length, 'every transaction that is ended was pending')
}

export function transactionOf(row: TransactionRow): Transaction {
  return {
    id: row.id,
    recipe: row.recipe,
    cause: row.cause,
    reference: row.reference,
    undoes: row.undoes,
    bookedAs: row.booked_as,
    state: row.state,
    actor: row.actor,
    effectiveAt: row.effective_at,
    bookedAt: row.booked_at,
    expiresAt: row.expires_at,
    resolvedBy: row.resolved_by,
    resolvedAt: row.resolved_at,
    postings: row.debits.map((debit, index) => postingOf(debit, row.credits[index], row.amounts[index])),
  }
}

function postingOf(debitRef: string, creditRef = '', amount = 0n): Posting {
  const debit = accountOf(debitRef)
  return { debit, credit: accountOf(creditRef), amount: money(amount, debit.currency) }
}
