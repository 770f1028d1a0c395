import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { selectDevices } from './device.store.ts'
import type { Device } from './device.ts'

/** Those of the devices that this tenant has. */
export function findDevices(ctx: Context, ids: readonly Id<'device'>[]): Promise<Device[]> {
  return selectDevices(ctx, ids, false)
}

/** The same, locked in one order until the transaction ends: nobody else assigns them meanwhile. */
export function lockDevices(ctx: Context, ids: readonly Id<'device'>[]): Promise<Device[]> {
  return selectDevices(ctx, ids, true)
}
