import type { Db } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { Heartbeat } from '../heartbeat/availability.ts'
import type { RecordedHour, Service } from '../usage/usage.ts'

/** A row that breaks an invariant, and how. */
export interface WrongRow {
  readonly row: string
  readonly detail: string
}

export interface MeteredService {
  readonly line_id: Id<'contractLine'>
  readonly device_id: Id<'device'>
  readonly serves: readonly Service[]
  readonly gpu_count: number
  readonly grace: number
  readonly last_heartbeat_at: Instant
}

/** Metered assignments of devices that were heard of, in the order of line and device. */
export async function meteredAfter(
  db: Db,
  after: Pick<MeteredService, 'line_id' | 'device_id'> | null,
  limit: number,
): Promise<MeteredService[]> {
  return await db.sql<MeteredService[]>`
    select a.line_id, a.device_id, a.serves, d.gpu_count,
      d.heartbeat_grace_seconds as grace, d.last_heartbeat_at
    from assignments a join devices d on d.id = a.device_id
    where a.metered and d.last_heartbeat_at is not null
      and (a.line_id, a.device_id) > (${after?.line_id ?? ''}, ${after?.device_id ?? ''})
    order by a.line_id, a.device_id limit ${limit}`
}

export async function heartbeatsOf(db: Db, deviceId: Id<'device'>): Promise<Heartbeat[]> {
  return await db.sql<Heartbeat[]>`select at, state from heartbeats where device_id = ${deviceId} order by at`
}

export async function hoursOf(db: Db, { line_id, device_id }: MeteredService): Promise<RecordedHour[]> {
  return await db.sql<RecordedHour[]>`
    select hour, revision, total_gpu_seconds as total from usage_hours
    where line_id = ${line_id} and device_id = ${device_id} order by hour`
}

/** Devices that do not show what was last heard of them. */
export async function wrongDevices(db: Db): Promise<WrongRow[]> {
  return await db.sql<WrongRow[]>`
    select 'device ' || d.id as row, 'shows ' || d.state || ', last heard ' || coalesce(h.state, 'nothing') as detail
    from devices d left join lateral
      (select at, state from heartbeats where device_id = d.id order by at desc limit 1) h on true
    where d.last_heartbeat_at is distinct from h.at or not (d.state = coalesce(h.state, 'unknown') or h.at is not null and d.state = 'down')`
}

// Each stretch of each assignment.
function served({ sql }: Db) {
  return sql`
    select device_id, line_id, tstzrange((one ->> 'from')::timestamptz, (one ->> 'until')::timestamptz) as time
    from assignments, jsonb_array_elements(serves) one`
}

/** Devices that serve two lines at one time: their time would be counted twice. */
export async function sharedDevices(db: Db): Promise<WrongRow[]> {
  return await db.sql<WrongRow[]>`
    select 'device ' || a.device_id as row, 'serves ' || a.line_id || ' and ' || b.line_id || ' at one time' as detail
    from (${served(db)}) a join (${served(db)}) b on b.device_id = a.device_id and b.line_id > a.line_id and a.time && b.time`
}
