import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import { and, asc, eq, gt, inArray, isNull, or } from 'drizzle-orm'
import { deviceAssignments, deviceStates, devices } from './device.table.ts'
import type { Device, DeviceState } from './device.ts'

/** Locks them in one order until the transaction ends. */
export async function lockDevices(ctx: Context, ids: readonly Id<'device'>[]): Promise<Device[]> {
  if (ids.length === 0) return []
  return await ctx.db.orm
    .select()
    .from(devices)
    .where(and(eq(devices.tenant, ctx.tenant), inArray(devices.id, [...ids])))
    .orderBy(asc(devices.id))
    .for('update')
}

export async function upsertDevice(ctx: Context, { id, seller_id }: Device): Promise<void> {
  await ctx.db.orm
    .insert(devices)
    .values({ tenant: ctx.tenant, id, seller_id })
    .onConflictDoUpdate({ target: [devices.tenant, devices.id], set: { seller_id } })
}

export async function selectStates(ctx: Context, ids: readonly Id<'device'>[]) {
  if (ids.length === 0) return []
  return await ctx.db.orm
    .select()
    .from(deviceStates)
    .where(and(eq(deviceStates.tenant, ctx.tenant), inArray(deviceStates.deviceId, [...ids])))
}

export async function upsertState(ctx: Context, deviceId: Id<'device'>, state: DeviceState): Promise<void> {
  await ctx.db.orm
    .insert(deviceStates)
    .values({ tenant: ctx.tenant, deviceId, state })
    .onConflictDoUpdate({ target: [deviceStates.tenant, deviceStates.deviceId], set: { state } })
}

export type Assignment = Omit<typeof deviceAssignments.$inferSelect, 'tenant'>

/** Assignments of these devices that last beyond `at`. */
export async function selectAssignments(
  ctx: Context,
  ids: readonly Id<'device'>[],
  at: Instant,
): Promise<Assignment[]> {
  if (ids.length === 0) return []
  return await ctx.db.orm
    .select()
    .from(deviceAssignments)
    .where(
      and(
        eq(deviceAssignments.tenant, ctx.tenant),
        inArray(deviceAssignments.deviceId, [...ids]),
        or(isNull(deviceAssignments.until), gt(deviceAssignments.until, at)),
      ),
    )
}

export async function insertAssignments(ctx: Context, rows: readonly Assignment[]): Promise<void> {
  if (rows.length === 0) return
  await ctx.db.orm.insert(deviceAssignments).values(rows.map((row) => ({ ...row, tenant: ctx.tenant })))
}

export async function endAssignments(ctx: Context, contractId: Id<'contract'>, until: Instant): Promise<void> {
  await ctx.db.orm
    .update(deviceAssignments)
    .set({ until })
    .where(and(eq(deviceAssignments.tenant, ctx.tenant), eq(deviceAssignments.contractId, contractId)))
}
