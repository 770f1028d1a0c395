import { type Context, type SqlClient, textArray } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import { and, asc, eq, inArray } from 'drizzle-orm'
import { deviceAssignments, deviceStates, devices } from './device.table.ts'
import type { Device, DeviceState } from './device.ts'
import type { Hold } from './hold.ts'

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

export interface DevicesOf {
  readonly tenant: Id<'tenant'>
  readonly ids: readonly Id<'device'>[]
}

/** Of the devices of each tenant asked for. */
export async function selectStates(sql: SqlClient, asked: readonly DevicesOf[]) {
  type Row = typeof deviceStates.$inferSelect
  const ids = asked.flatMap((one) => one.ids)
  const rows =
    ids.length === 0
      ? []
      : await sql<Row[]>`
        select tenant_id as tenant, device_id as "deviceId", state
        from unnest(${textArray(asked.flatMap(({ tenant, ids }) => ids.map(() => tenant)))}::text[],
          ${textArray(ids)}::text[]) as t (tenant_id, device_id) join device_states using (tenant_id, device_id)`
  const found = new Map(rows.map((row) => [`${row.tenant} ${row.deviceId}`, row]))
  return asked.map(({ tenant, ids }) => ids.flatMap((id) => found.get(`${tenant} ${id}`) ?? []))
}

export async function upsertState(ctx: Context, deviceId: Id<'device'>, state: DeviceState): Promise<void> {
  await ctx.db.orm
    .insert(deviceStates)
    .values({ tenant: ctx.tenant, deviceId, state })
    .onConflictDoUpdate({ target: [deviceStates.tenant, deviceStates.deviceId], set: { state } })
}

export type Assignment = Omit<typeof deviceAssignments.$inferSelect, 'tenant'>

export async function insertAssignments(ctx: Context, rows: readonly Assignment[]): Promise<void> {
  if (rows.length === 0) return
  await ctx.db.orm.insert(deviceAssignments).values(rows.map((row) => ({ ...row, tenant: ctx.tenant })))
}

/** Another contract's assignment that one of these holds would overlap, or null. */
export async function conflictOf(
  ctx: Context,
  contractId: Id<'contract'>,
  since: Instant,
  holds: readonly Hold[],
): Promise<{ readonly device_id: Id<'device'>; readonly contract_id: Id<'contract'> } | null> {
  if (holds.length === 0) return null
  const [row] = await ctx.db.sql<{ device_id: Id<'device'>; contract_id: Id<'contract'> }[]>`
    select a.device_id, a.contract_id from device_assignments a
    join unnest(${holds.map((hold) => hold.deviceId)}::text[], ${holds.map((hold) => hold.from ?? since)}::timestamptz[],
      ${holds.map((hold) => hold.until)}::timestamptz[]) as h (device_id, held_from, held_until)
      on h.device_id = a.device_id and tstzrange(a.assigned_from, a.assigned_until) && tstzrange(h.held_from, h.held_until)
    where a.tenant_id = ${ctx.tenant} and a.contract_id <> ${contractId} limit 1`
  return row ?? null
}

/** Ends what is assigned at `since`, and forgets what is assigned later. */
export async function dropAssignments(ctx: Context, contractId: Id<'contract'>, since: Instant): Promise<void> {
  await ctx.db.sql`
    delete from device_assignments
    where tenant_id = ${ctx.tenant} and contract_id = ${contractId} and assigned_from >= ${since}::timestamptz`
  await ctx.db.sql`
    update device_assignments set assigned_until = ${since}::timestamptz
    where tenant_id = ${ctx.tenant} and contract_id = ${contractId}
      and (assigned_until is null or assigned_until > ${since}::timestamptz)`
}

/** Lets assignments go on beyond `since`. */
export async function continueAssignments(
  ctx: Context,
  contractId: Id<'contract'>,
  since: Instant,
  holds: readonly Hold[],
): Promise<void> {
  if (holds.length === 0) return
  await ctx.db.sql`
    update device_assignments a set assigned_until = h.held_until
    from unnest(${holds.map((hold) => hold.lineId)}::text[], ${holds.map((hold) => hold.deviceId)}::text[],
      ${holds.map((hold) => hold.until)}::timestamptz[]) as h (line_id, device_id, held_until)
    where a.tenant_id = ${ctx.tenant} and a.contract_id = ${contractId} and a.line_id = h.line_id
      and a.device_id = h.device_id and a.assigned_until = ${since}::timestamptz`
}

/** The contract that holds a device at a moment, or null. */
export async function holderOf(ctx: Context, deviceId: Id<'device'>, at: Instant): Promise<Id<'contract'> | null> {
  const [row] = await ctx.db.sql<{ contract_id: Id<'contract'> }[]>`
    select contract_id from device_assignments
    where tenant_id = ${ctx.tenant} and device_id = ${deviceId} and assigned_from <= ${at}::timestamptz
      and (assigned_until is null or assigned_until > ${at}::timestamptz) limit 1`
  return row?.contract_id ?? null
}
