import type { SqlClient } from '@draupnir/db'
import type { Lease } from './lease.ts'

export interface Stored {
  readonly pos: string
  readonly sequence: number
}

/** Marks rows as published and moves the broker position; false, and nothing changed, when the lease has gone to another. */
export async function markPublished(sql: SqlClient, lease: Lease, rows: readonly Stored[]): Promise<boolean> {
  const first = rows[0]
  const last = rows.at(-1)
  if (first === undefined || last === undefined) return true
  const highest = rows.reduce((max, row) => Math.max(max, row.sequence), 0)
  // Both bounds: with one, the prepared plan turns into a sequential scan.
  const done = await sql`
    with mine as (
      update relay_lease set stream_last_seq = greatest(stream_last_seq, ${highest})
      where holder = ${lease.holder} and epoch = ${lease.epoch}
      returning epoch),
    marked as (
      update outbox_publication o set published_at = clock_timestamp(), stream_seq = stored.seq
      from unnest(${rows.map((row) => row.pos)}::bigint[], ${rows.map((row) => row.sequence)}::bigint[]) as stored (pos, seq)
      where o.pos = stored.pos and o.pos between ${first.pos} and ${last.pos} and o.published_at is null
        and exists (select from mine))
    select epoch from mine`
  return done.length === 1
}

/** Sets an event the broker refuses for good aside; its aggregate waits behind it, others go on. */
export async function markBlocked(sql: SqlClient, pos: string, reason: string): Promise<void> {
  await sql`update outbox_publication set blocked_reason = ${reason} where pos = ${pos} and published_at is null`
}
