import { type Context, isUniqueViolation } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import { and, asc, desc, eq, inArray, lt } from 'drizzle-orm'
import { devices } from './device.table.ts'
import type { Device } from './device.ts'

export interface StoredDevice extends Device {
  readonly registered_at: Instant
}

/** Refuses `device-health.serial-taken`. */
export async function insertDevice(ctx: Context, device: Device): Promise<void> {
  const row = { ...device, tenant: ctx.tenant, registered_at: ctx.now() }
  try {
    await ctx.db.savepoint((db) => db.orm.insert(devices).values(row))
  } catch (error) {
    if (!isUniqueViolation(error, 'devices_serial')) throw error
    refuse('device-health.serial-taken', { seller_id: device.seller_id, serial: device.serial })
  }
}

export async function updateDevice(ctx: Context, { id, state, last_heartbeat_at }: Device): Promise<void> {
  await ctx.db.orm
    .update(devices)
    .set({ state, last_heartbeat_at })
    .where(and(eq(devices.id, id), eq(devices.tenant, ctx.tenant)))
}

export async function selectDevice(ctx: Context, id: Id<'device'>): Promise<StoredDevice | null> {
  const [row] = await ctx.db.orm
    .select()
    .from(devices)
    .where(and(eq(devices.id, id), eq(devices.tenant, ctx.tenant)))
  return row === undefined ? null : deviceOf(row)
}

/** Locks the devices in one order until the transaction ends. */
export async function lockDevices(ctx: Context, ids: readonly Id<'device'>[]): Promise<StoredDevice[]> {
  if (ids.length === 0) return []
  const rows = await ctx.db.orm
    .select()
    .from(devices)
    .where(and(inArray(devices.id, [...ids]), eq(devices.tenant, ctx.tenant)))
    .orderBy(asc(devices.id))
    .for('update')
  return rows.map(deviceOf)
}

/** Newest first. */
export async function selectDevices(
  ctx: Context,
  filter: { readonly sellerId: Id<'party'> | null; readonly before: Id<'device'> | null },
  limit: number,
): Promise<StoredDevice[]> {
  const rows = await ctx.db.orm
    .select()
    .from(devices)
    .where(
      and(
        eq(devices.tenant, ctx.tenant),
        filter.sellerId === null ? undefined : eq(devices.seller_id, filter.sellerId),
        filter.before === null ? undefined : lt(devices.id, filter.before),
      ),
    )
    .orderBy(desc(devices.id))
    .limit(limit)
  return rows.map(deviceOf)
}

function deviceOf({ tenant: _, ...device }: typeof devices.$inferSelect): StoredDevice {
  return device
}
