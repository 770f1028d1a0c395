import type { SqlClient } from '@draupnir/db'

export interface Retention {
  /** Published events are kept this long: longer than the stream keeps them, or they could not be published again. */
  readonly publishedMs: number
  /** Inbox rows are kept this long: longer than any replay reaches back. Cursors stay for ever. */
  readonly inboxMs: number
}

const DAY_MS = 86_400_000
export const DEFAULT_RETENTION: Retention = { publishedMs: 30 * DAY_MS, inboxMs: 60 * DAY_MS }
const CHUNK = 5_000

/** Deletes what has been kept long enough, in small transactions; returns the number of rows. */
export async function sweepOutbox(sql: SqlClient, retention: Retention = DEFAULT_RETENTION): Promise<number> {
  const outbox = await inChunks(
    () => sql`
    with old as (
      delete from outbox_publication where pos in (
        select pos from outbox_publication
        where published_at < clock_timestamp() - ${retention.publishedMs} * interval '1 millisecond'
        order by pos limit ${CHUNK})
      returning pos)
    delete from outbox using old where outbox.pos = old.pos`,
  )
  const inbox = await inChunks(
    () => sql`
    delete from inbox where ctid in (
      select ctid from inbox
      where settled_at < clock_timestamp() - ${retention.inboxMs} * interval '1 millisecond' limit ${CHUNK})`,
  )
  return outbox + inbox
}

async function inChunks(remove: () => PromiseLike<{ readonly count: number }>): Promise<number> {
  let total = 0
  for (;;) {
    const { count } = await remove()
    total += count
    if (count < CHUNK) return total
  }
}
