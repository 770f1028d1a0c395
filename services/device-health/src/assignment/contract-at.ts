import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import { selectServingAt } from './assignment.store.ts'

/** The contract a device serves at a moment, or null. */
export async function contractAt(ctx: Context, deviceId: Id<'device'>, at: Instant): Promise<Id<'contract'> | null> {
  return (await selectServingAt(ctx, deviceId, at))?.contractId ?? null
}
