import type { Db } from '@draupnir/db'
import { wakeRelays } from './wake.ts'

/** Which published events to publish again: a range of positions, one aggregate, or single events. */
export type ReplayRange =
  | { readonly fromPos: bigint; readonly toPos: bigint }
  | { readonly aggregateType: string; readonly aggregateId: string; readonly fromSeq?: number }
  | { readonly eventIds: readonly string[] }

/** Publishes events again under new message ids, so the stream takes them; consumers that have them ignore them. Returns how many. */
export function replayOutbox(db: Db, range: ReplayRange): Promise<number> {
  return db.transaction(async ({ sql, afterCommit }) => {
    const where =
      'fromPos' in range
        ? sql`pos between ${range.fromPos} and ${range.toPos}`
        : 'eventIds' in range
          ? sql`event_id = any(${[...range.eventIds]}::uuid[])`
          : sql`aggregate_type = ${range.aggregateType} and aggregate_id = ${range.aggregateId}
              and aggregate_seq >= ${range.fromSeq ?? 1}`
    const again = await sql`
      update outbox_publication set published_at = null, stream_seq = null, replays = replays + 1
      where published_at is not null and pos in (select pos from outbox where ${where})`
    afterCommit(wakeRelays)
    return again.count
  })
}

/** Lets an event the broker refused be tried again, after its cause was put right. */
export async function unblockOutbox(db: Db, eventId: string): Promise<boolean> {
  const done = await db.sql`
    update outbox_publication set blocked_reason = null
    where blocked_reason is not null and pos = (select pos from outbox where event_id = ${eventId})`
  wakeRelays()
  return done.count === 1
}
