import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Period } from '@draupnir/time'
import type { Heartbeat } from './availability.ts'
import { selectHeartbeats } from './heartbeat.store.ts'

/** What decides the availability of a period: its heartbeats and the one before. */
export function findHeartbeats(ctx: Context, id: Id<'device'>, period: Period): Promise<Heartbeat[]> {
  return selectHeartbeats(ctx, id, period)
}
