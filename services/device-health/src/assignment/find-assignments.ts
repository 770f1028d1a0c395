import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { selectByDevice } from './assignment.store.ts'
import type { Assignment } from './assignment.ts'

/** Everything a device served or serves. */
export function findAssignments(ctx: Context, deviceId: Id<'device'>): Promise<Assignment[]> {
  return selectByDevice(ctx, deviceId)
}
