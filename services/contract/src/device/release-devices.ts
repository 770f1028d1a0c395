import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import { endAssignments } from './device.store.ts'

/** Frees the devices of a contract from `until` on. */
export function releaseDevices(ctx: Context, contractId: Id<'contract'>, until: Instant): Promise<void> {
  return endAssignments(ctx, contractId, until)
}
