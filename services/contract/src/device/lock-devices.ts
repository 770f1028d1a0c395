import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import * as store from './device.store.ts'
import type { Device } from './device.ts'

/** Those of the devices that this tenant has, locked until the transaction ends: nobody else assigns them meanwhile. */
export function lockDevices(ctx: Context, ids: readonly Id<'device'>[]): Promise<Device[]> {
  return store.lockDevices(ctx, ids)
}
