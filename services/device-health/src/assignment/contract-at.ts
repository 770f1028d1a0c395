import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import { selectByDevice } from './assignment.store.ts'
import { servesAt } from './serves.ts'

/** The contract a device serves at a moment, or null. */
export async function contractAt(ctx: Context, deviceId: Id<'device'>, at: Instant): Promise<Id<'contract'> | null> {
  const serving = (await selectByDevice(ctx, deviceId)).find(({ serves }) => servesAt(serves, at))
  return serving?.contractId ?? null
}
