import type { Context, Db } from '@draupnir/db'
import type { Instant } from '@draupnir/time'
import type { DriftFinding } from './drift.ts'

const MOST = 1_000

/** Copies that were set aside because what was asked was refused. */
export async function refusedCopies({ db: { sql }, tenant }: Context): Promise<DriftFinding[]> {
  return await sql<DriftFinding[]>`
    select 'transaction ' || external_id as row, 'is not mirrored: ' || problem as detail
    from mirror_copies where tenant_id = ${tenant} and problem is not null order by external_id limit ${MOST}`
}

// Tenants whose mirror has caught up with what this statement sees: only there the two must be the same.
const caughtUp = ({ sql }: Db) => sql`
  select l.tenant_id from mirror_ledgers l where l.ledger_id is not null and not exists (
      select from journal_heads h left join mirror_positions p on p.tenant_id = h.tenant_id and p.lane = h.lane
      where h.tenant_id = l.tenant_id and h.link > coalesce(p.link, 0))
    and not exists (select from mirror_copies c where c.tenant_id = l.tenant_id and c.state is distinct from c.asked
      and c.problem is null)`

/** Accounts of mirrors that have caught up, where what was mirrored is not what the books say. */
export async function unequalAccounts(db: Db): Promise<DriftFinding[]> {
  return await db.sql<DriftFinding[]>`
    select 'account ' || a.tenant_id || '/' || a.ref as row,
      'holds ' || concat_ws('/', a.posted_debits, a.posted_credits, a.pending_debits, a.pending_credits)
        || ', mirrored ' || concat_ws('/', coalesce(m.posted_debits, 0), coalesce(m.posted_credits, 0),
          coalesce(m.pending_debits, 0), coalesce(m.pending_credits, 0)) as detail
    from accounts a left join mirror_accounts m on m.tenant_id = a.tenant_id and m.ref = a.ref
    where a.tenant_id in (${caughtUp(db)})
      and (a.posted_debits, a.posted_credits, a.pending_debits, a.pending_credits)
        is distinct from (coalesce(m.posted_debits, 0), coalesce(m.posted_credits, 0), coalesce(m.pending_debits, 0),
          coalesce(m.pending_credits, 0))
    order by 1 limit ${MOST}`
}

/** Transactions of mirrors that have caught up, of which there is no copy in their state. */
export async function unmirrored(db: Db): Promise<DriftFinding[]> {
  return await db.sql<DriftFinding[]>`
    select 'transaction ' || t.tenant_id || '/' || t.id as row,
      'is ' || t.state || ', ' || coalesce(c.problem, 'mirrored as ' || coalesce(c.state, 'nothing')) as detail
    from transactions t left join mirror_copies c on c.tenant_id = t.tenant_id and c.transaction_id = t.id
    where t.tenant_id in (${caughtUp(db)}) and (c.state is distinct from t.state or c.problem is not null)
    order by 1 limit ${MOST}`
}

/** Puts what an audit of this tenant found in the place of what an earlier one did. */
export async function replaceFindings(
  { db: { sql }, tenant, now }: Context,
  findings: readonly DriftFinding[],
): Promise<void> {
  const kept = findings.slice(0, MOST)
  await sql`delete from mirror_findings where tenant_id = ${tenant}`
  await sql`
    insert into mirror_findings (tenant_id, row, detail, found_at)
    select ${tenant}, u.row, u.detail, ${now()}::timestamptz
    from unnest(${kept.map((it) => it.row)}::text[], ${kept.map((it) => it.detail)}::text[]) as u(row, detail)
    on conflict do nothing`
  await sql`update mirror_ledgers set audited_at = ${now()} where tenant_id = ${tenant}`
}

export interface KnownFinding extends DriftFinding {
  readonly found_at: Instant
}

export async function listFindings({ db: { sql }, tenant }: Context): Promise<KnownFinding[]> {
  return await sql<KnownFinding[]>`
    select row, detail, found_at from mirror_findings where tenant_id = ${tenant} order by row`
}

/** Tenants of whom something was found. */
export async function tenantsWithFindings({ sql }: Db): Promise<string[]> {
  const rows = await sql<{ tenant_id: string }[]>`select distinct tenant_id from mirror_findings order by tenant_id`
  return rows.map((row) => row.tenant_id)
}

/** When the whole mirror was last compared. */
export async function lastAudit({ sql }: Db): Promise<Instant | null> {
  const [row] = await sql<{ audited_at: Instant }[]>`select audited_at from mirror_audits`
  return row?.audited_at ?? null
}

export async function saveAudit({ sql }: Db, at: Instant): Promise<void> {
  await sql`
    insert into mirror_audits (audited_at) values (${at})
    on conflict (one) do update set audited_at = excluded.audited_at`
}
