import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant, Period } from '@draupnir/time'
import { type Heartbeat, SEVERITY } from './availability.ts'

/** Writes what is new or worse than what was known of the same moment; returns only that, in the order of time. */
export async function insertHeartbeats(
  ctx: Context,
  deviceId: Id<'device'>,
  heartbeats: readonly Heartbeat[],
): Promise<Heartbeat[]> {
  const rows = await ctx.db.sql<Heartbeat[]>`
    insert into heartbeats (device_id, at, tenant_id, state, received_at)
    select ${deviceId}, at::timestamptz, ${ctx.tenant}, state, ${ctx.now()}::timestamptz
    from unnest(${heartbeats.map((one) => one.at)}::text[], ${heartbeats.map((one) => one.state)}::text[]) as t (at, state)
    on conflict (device_id, at) do update set state = excluded.state, received_at = excluded.received_at
    where array_position(${[...SEVERITY]}::text[], heartbeats.state) < array_position(${[...SEVERITY]}::text[], excluded.state)
    returning at, state`
  return [...rows].sort((a, b) => (a.at < b.at ? -1 : 1))
}

export interface Neighbours {
  readonly at: Instant
  readonly before: Instant | null
  readonly after: Instant | null
}

/** The heartbeats right before and after each of these moments. */
export async function selectNeighbours(
  ctx: Context,
  deviceId: Id<'device'>,
  moments: readonly Instant[],
): Promise<Neighbours[]> {
  return await ctx.db.sql<Neighbours[]>`
    select m.at, before.at as before, after.at as after
    from (select at::timestamptz from unnest(${[...moments]}::text[]) as t (at)) m
    left join lateral (select h.at from heartbeats h
      where h.tenant_id = ${ctx.tenant} and h.device_id = ${deviceId} and h.at < m.at order by h.at desc limit 1) before on true
    left join lateral (select h.at from heartbeats h
      where h.tenant_id = ${ctx.tenant} and h.device_id = ${deviceId} and h.at > m.at order by h.at limit 1) after on true`
}

/** Heartbeats in the period, and the last one at or before its start, in the order of time. */
export async function selectHeartbeats(
  ctx: Context,
  deviceId: Id<'device'>,
  { from, to }: Period,
): Promise<Heartbeat[]> {
  return await ctx.db.sql<Heartbeat[]>`
    select at, state from heartbeats
    where tenant_id = ${ctx.tenant} and device_id = ${deviceId} and at < ${to}::timestamptz and at >= coalesce(
      (select max(at) from heartbeats
        where tenant_id = ${ctx.tenant} and device_id = ${deviceId} and at <= ${from}::timestamptz),
      ${from}::timestamptz)
    order by at`
}
