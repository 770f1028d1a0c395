import type { Context, Db } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'

export interface MirrorLedger {
  readonly tenant_id: Id<'tenant'>
  readonly ledger_id: string | null
  readonly failures: number
  readonly not_before: Instant
  readonly last_error: string | null
  readonly audited_at: Instant | null
}

export async function findMirrorLedger({ db: { sql }, tenant }: Context): Promise<MirrorLedger | null> {
  const [row] = await sql<MirrorLedger[]>`select * from mirror_ledgers where tenant_id = ${tenant}`
  return row ?? null
}

/** Every ledger of the mirror by its id there. */
export async function mirrorLedgers({ sql }: Db): Promise<ReadonlyMap<string, Id<'tenant'>>> {
  const rows = await sql<{ ledger_id: string; tenant_id: Id<'tenant'> }[]>`
    select ledger_id, tenant_id from mirror_ledgers where ledger_id is not null order by tenant_id`
  return new Map(rows.map((row) => [row.ledger_id, row.tenant_id]))
}

export async function saveLedgerId({ db: { sql }, tenant, now }: Context, ledgerId: string): Promise<void> {
  await sql`
    insert into mirror_ledgers (tenant_id, ledger_id, not_before) values (${tenant}, ${ledgerId}, ${now()})
    on conflict (tenant_id) do update set ledger_id = excluded.ledger_id`
}

/** Records how the last attempt ended, and when the next may be made. */
export async function saveAttempt(
  { db: { sql }, tenant }: Context,
  attempt: Pick<MirrorLedger, 'failures' | 'not_before' | 'last_error'>,
): Promise<void> {
  await sql`
    insert into mirror_ledgers (tenant_id, failures, not_before, last_error)
    values (${tenant}, ${attempt.failures}, ${attempt.not_before}, ${attempt.last_error})
    on conflict (tenant_id) do update set failures = excluded.failures, not_before = excluded.not_before,
      last_error = excluded.last_error`
}
