import type { Context } from '@draupnir/db'
import type { Instant } from '@draupnir/time'
import type { AccountRef } from '../account/account.ts'
import type { Gain } from './mirror.ts'

/** An account of the mirror, and what it should hold there. */
export interface MirrorAccount {
  readonly ref: AccountRef
  readonly ledger_account_id: string
  readonly posted_debits: bigint
  readonly posted_credits: bigint
  readonly pending_debits: bigint
  readonly pending_credits: bigint
  readonly changed_at: Instant
}

export async function accountIds(
  { db: { sql }, tenant }: Context,
  refs: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await sql<{ ref: string; ledger_account_id: string }[]>`
    select ref, ledger_account_id from mirror_accounts where tenant_id = ${tenant} and ref = any(${[...refs]})`
  return new Map(rows.map((row) => [row.ref, row.ledger_account_id]))
}

export async function saveAccountId({ db: { sql }, tenant, now }: Context, ref: string, id: string): Promise<void> {
  await sql`
    insert into mirror_accounts (tenant_id, ref, ledger_account_id, changed_at)
    values (${tenant}, ${ref}, ${id}, ${now()}) on conflict do nothing`
}

/** Adds what became known to be there, in the order of the refs. */
export async function addGains({ db: { sql }, tenant, now }: Context, gains: readonly Gain[]): Promise<void> {
  if (gains.length === 0) return
  const sorted = [...gains].sort((a, b) => (a.ref < b.ref ? -1 : 1))
  const column = (pick: (gain: Gain) => bigint) => sorted.map((gain) => pick(gain).toString())
  await sql`
    update mirror_accounts a set posted_debits = a.posted_debits + u.posted_debits,
      posted_credits = a.posted_credits + u.posted_credits, pending_debits = a.pending_debits + u.pending_debits,
      pending_credits = a.pending_credits + u.pending_credits, changed_at = ${now()}::timestamptz
    from unnest(${sorted.map((gain) => gain.ref)}::text[], ${column((g) => g.postedDebits)}::bigint[],
      ${column((g) => g.postedCredits)}::bigint[], ${column((g) => g.pendingDebits)}::bigint[],
      ${column((g) => g.pendingCredits)}::bigint[])
      as u(ref, posted_debits, posted_credits, pending_debits, pending_credits)
    where a.tenant_id = ${tenant} and a.ref = u.ref`
}

export async function accountsOfIds(
  { db: { sql }, tenant }: Context,
  ids: readonly string[],
): Promise<MirrorAccount[]> {
  return await sql<MirrorAccount[]>`
    select * from mirror_accounts where tenant_id = ${tenant} and ledger_account_id = any(${[...ids]})`
}

/** Accounts that changed here since then; all of them without a time. */
export async function accountsChanged(
  { db: { sql }, tenant }: Context,
  since: Instant | null,
): Promise<MirrorAccount[]> {
  return await sql<MirrorAccount[]>`
    select * from mirror_accounts where tenant_id = ${tenant}
      and (${since}::timestamptz is null or changed_at >= ${since}::timestamptz) order by ref`
}
