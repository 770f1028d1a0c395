import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import { and, asc, eq, gt, inArray, isNull, or } from 'drizzle-orm'
import { deviceAssignments, devices } from './device.table.ts'
import type { Device } from './device.ts'

export async function selectDevices(ctx: Context, ids: readonly Id<'device'>[], lock: boolean): Promise<Device[]> {
  if (ids.length === 0) return []
  const query = ctx.db.orm
    .select()
    .from(devices)
    .where(and(eq(devices.tenant, ctx.tenant), inArray(devices.id, [...ids])))
    .orderBy(asc(devices.id))
  return lock ? await query.for('update') : await query
}

export async function upsertDevice(ctx: Context, { id, seller_id, state }: Device): Promise<void> {
  await ctx.db.orm
    .insert(devices)
    .values({ tenant: ctx.tenant, id, seller_id, state })
    .onConflictDoUpdate({ target: [devices.tenant, devices.id], set: { seller_id, state } })
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
