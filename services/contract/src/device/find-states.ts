import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { selectStates } from './device.store.ts'
import type { DeviceState } from './device.ts'

/** Looks up the last state heard of each device. */
export async function findDeviceStates(
  ctx: Context,
  ids: readonly Id<'device'>[],
): Promise<(id: Id<'device'>) => DeviceState> {
  const states = new Map(
    (await ctx.db.together(selectStates, { tenant: ctx.tenant, ids })).map((row) => [row.deviceId, row.state]),
  )
  return (id) => states.get(id) ?? 'unknown'
}
