import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { TransactionState } from '../transaction/transaction.ts'
import type { Copy } from './mirror.ts'

interface CopyRow {
  readonly external_id: string
  readonly transaction_id: Id<'transaction'>
  readonly ledger_transaction_id: string | null
  readonly made_as: Copy['madeAs']
  readonly asked: TransactionState
  readonly state: TransactionState | null
  readonly batch: string | null
  readonly problem: string | null
  readonly changed_at: Instant
}

/** Copies of which something was asked and no answer is known, those of bulk requests first. */
export async function openCopies({ db: { sql }, tenant }: Context, limit: number): Promise<Copy[]> {
  const rows = await sql<CopyRow[]>`
    select * from mirror_copies where tenant_id = ${tenant} and state is distinct from asked and problem is null
    order by batch nulls last, external_id limit ${limit}`
  return rows.map(copyOf)
}

export async function copiesOfBatch({ db: { sql }, tenant }: Context, batch: string): Promise<Copy[]> {
  const rows = await sql<CopyRow[]>`
    select * from mirror_copies where tenant_id = ${tenant} and batch = ${batch}
      and state is distinct from asked and problem is null order by external_id`
  return rows.map(copyOf)
}

export async function copiesOf({ db: { sql }, tenant }: Context, transactionIds: readonly string[]): Promise<Copy[]> {
  if (transactionIds.length === 0) return []
  const rows = await sql<CopyRow[]>`
    select * from mirror_copies where tenant_id = ${tenant} and transaction_id = any(${[...transactionIds]})
    order by external_id`
  return rows.map(copyOf)
}

export async function copiesNamed({ db: { sql }, tenant }: Context, externalIds: readonly string[]): Promise<Copy[]> {
  if (externalIds.length === 0) return []
  const rows = await sql<CopyRow[]>`
    select * from mirror_copies where tenant_id = ${tenant} and external_id = any(${[...externalIds]})`
  return rows.map(copyOf)
}

/** A page of the copies that are known to be there, by name. */
export async function copiesAfter({ db: { sql }, tenant }: Context, after: string, limit: number): Promise<Copy[]> {
  const rows = await sql<CopyRow[]>`
    select * from mirror_copies where tenant_id = ${tenant} and external_id > ${after} and state is not null
    order by external_id limit ${limit}`
  return rows.map(copyOf)
}

/** Whether something was asked for that touches this account, and its answer is not known. */
export async function isBeingChanged({ db: { sql }, tenant }: Context, ref: string): Promise<boolean> {
  const [row] = await sql`
    select 1 from mirror_copies c join transactions t on t.tenant_id = c.tenant_id and t.id = c.transaction_id
    where c.tenant_id = ${tenant} and c.state is distinct from c.asked and c.problem is null
      and (${ref} = any(t.debits) or ${ref} = any(t.credits)) limit 1`
  return row !== undefined
}

/** Writes down what will be asked for; gives the names that were not there before. */
export async function insertCopies(
  { db: { sql }, tenant, now }: Context,
  copies: readonly Pick<Copy, 'externalId' | 'transactionId' | 'madeAs'>[],
): Promise<ReadonlySet<string>> {
  if (copies.length === 0) return new Set()
  const rows = await sql<{ external_id: string }[]>`
    insert into mirror_copies (tenant_id, external_id, transaction_id, made_as, asked, changed_at)
    select ${tenant}, u.external_id, u.transaction_id, u.made_as, u.made_as, ${now()}::timestamptz from unnest(
      ${copies.map((it) => it.externalId)}::text[], ${copies.map((it) => it.transactionId)}::text[],
      ${copies.map((it) => it.madeAs)}::text[]) as u(external_id, transaction_id, made_as)
    on conflict do nothing returning external_id`
  return new Set(rows.map((row) => row.external_id))
}

export async function askCopies(
  { db: { sql }, tenant, now }: Context,
  asks: readonly { readonly externalId: string; readonly asked: TransactionState }[],
): Promise<void> {
  if (asks.length === 0) return
  await sql`
    update mirror_copies c set asked = u.asked, changed_at = ${now()}::timestamptz
    from unnest(${asks.map((it) => it.externalId)}::text[], ${asks.map((it) => it.asked)}::text[]) as u(external_id, asked)
    where c.tenant_id = ${tenant} and c.external_id = u.external_id and c.state = c.asked and c.problem is null`
}

export async function saveBatch(
  { db: { sql }, tenant }: Context,
  externalIds: readonly string[],
  batch: string | null,
): Promise<void> {
  await sql`
    update mirror_copies set batch = ${batch}
    where tenant_id = ${tenant} and external_id = any(${[...externalIds]}) and state is null`
}

/** What became known of a copy. */
export interface Known {
  readonly copy: Copy
  readonly ledgerTransactionId: string
  readonly state: TransactionState
}

/** Records what is there; gives the names of those that were not recorded by somebody else meanwhile. */
export async function saveKnown(
  { db: { sql }, tenant, now }: Context,
  known: readonly Known[],
): Promise<ReadonlySet<string>> {
  if (known.length === 0) return new Set()
  const rows = await sql<{ external_id: string }[]>`
    update mirror_copies c set ledger_transaction_id = u.ledger_transaction_id, state = u.state, batch = null,
      changed_at = ${now()}::timestamptz
    from unnest(${known.map((it) => it.copy.externalId)}::text[], ${known.map((it) => it.ledgerTransactionId)}::text[],
      ${known.map((it) => it.copy.state)}::text[], ${known.map((it) => it.state)}::text[])
      as u(external_id, ledger_transaction_id, before, state)
    where c.tenant_id = ${tenant} and c.external_id = u.external_id and c.state is not distinct from u.before
    returning c.external_id`
  return new Set(rows.map((row) => row.external_id))
}

export async function saveProblem(
  { db: { sql }, tenant, now }: Context,
  externalId: string,
  problem: string,
): Promise<void> {
  await sql`
    update mirror_copies set problem = ${problem}, batch = null, changed_at = ${now()}::timestamptz
    where tenant_id = ${tenant} and external_id = ${externalId}`
}

/** Asks again for what was set aside; how many there are. */
export async function clearProblems({ db: { sql }, tenant, now }: Context): Promise<number> {
  const cleared = await sql`
    update mirror_copies set problem = null, changed_at = ${now()}::timestamptz
    where tenant_id = ${tenant} and problem is not null returning 1`
  return cleared.length
}

function copyOf(row: CopyRow): Copy {
  return {
    externalId: row.external_id,
    transactionId: row.transaction_id,
    ledgerTransactionId: row.ledger_transaction_id,
    madeAs: row.made_as,
    asked: row.asked,
    state: row.state,
    batch: row.batch,
    problem: row.problem,
    changedAt: row.changed_at,
  }
}
