import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { type StoredDevice, selectDevice, selectDevices } from './device.store.ts'

/** Refuses `request.not-found`. */
export async function readDevice(ctx: Context, id: Id<'device'>): Promise<StoredDevice> {
  return (await selectDevice(ctx, id)) ?? refuse('request.not-found', { device_id: id })
}

/** Newest first. */
export function listDevices(
  ctx: Context,
  filter: { readonly sellerId: Id<'party'> | null; readonly before: Id<'device'> | null },
  limit: number,
): Promise<StoredDevice[]> {
  return selectDevices(ctx, filter, limit)
}
