import type { SqlClient } from '@draupnir/db'

export interface OutboxStatus {
  /** Events committed and not yet published. */
  readonly pending: number
  /** Of those, refused by the broker for good. */
  readonly blocked: number
  /** Age of the oldest pending event by the database's clock; null when none is pending. */
  readonly oldestPendingMs: number | null
  /** Events set aside by consumers, waiting for an operator. */
  readonly parked: number
  readonly oldestParkedMs: number | null
}

/** For metrics and for waiting until everything is quiet; reads only small partial indexes. */
export async function outboxStatus(sql: SqlClient): Promise<OutboxStatus> {
  const [row] = await sql<
    { pending: number; blocked: number; pending_ms: number; parked: number; parked_ms: number }[]
  >`
    select
      (select count(*)::int from outbox_publication where published_at is null) as pending,
      (select count(*)::int from outbox_publication where blocked_reason is not null and published_at is null) as blocked,
      (select extract(epoch from clock_timestamp() - min(created_at))::float8 * 1000
        from outbox join outbox_publication using (pos) where published_at is null) as pending_ms,
      (select count(*)::int from parked where status = 'parked') as parked,
      (select extract(epoch from clock_timestamp() - min(parked_at))::float8 * 1000 from parked where status = 'parked') as parked_ms`
  return {
    pending: row?.pending ?? 0,
    blocked: row?.blocked ?? 0,
    oldestPendingMs: row?.pending_ms ?? null,
    parked: row?.parked ?? 0,
    oldestParkedMs: row?.parked_ms ?? null,
  }
}
