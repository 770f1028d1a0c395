import type { Context } from '@draupnir/db'
import { emit } from '@draupnir/outbox'
import { addMs, HOUR_MS, type Instant, type Period } from '@draupnir/time'
import { UsageRecorded } from '@draupnir/wire'
import type { Assignment } from '../assignment/assignment.ts'
import type { Device } from '../device/device.ts'
import { findHeartbeats } from '../heartbeat/find-heartbeats.ts'
import { selectHours, upsertHours } from './usage.store.ts'
import { buckets, hoursOf, meter, runsOf } from './usage.ts'

const MAX_BUCKETS = 1000

/** Computes the hours that the periods touch anew, and publishes the differences to what was published before. */
export async function meterAgain(
  ctx: Context,
  device: Device,
  assignment: Assignment,
  periods: readonly Period[],
): Promise<void> {
  if (!assignment.metered || device.last_heartbeat_at === null) return
  for (const hours of runsOf(hoursOf(...periods), MAX_BUCKETS)) {
    await meterRun(ctx, device, assignment, hours, device.last_heartbeat_at)
  }
}

async function meterRun(
  ctx: Context,
  device: Device,
  assignment: Assignment,
  hours: readonly Instant[],
  certainUntil: Instant,
): Promise<void> {
  const [first] = hours
  const last = hours.at(-1)
  if (first === undefined || last === undefined) return
  const run = { from: first, to: addMs(last, HOUR_MS) }
  const heartbeats = await findHeartbeats(ctx, device.id, run)
  const metered = { gpuCount: device.gpu_count, graceSeconds: device.heartbeat_grace_seconds, certainUntil }
  const changed = buckets(meter(heartbeats, assignment.serves, metered, hours), await selectHours(ctx, assignment, run))
  if (changed.length === 0) return
  await upsertHours(ctx, assignment, changed)
  const { deviceId: device_id, contractId: contract_id, lineId: line_id } = assignment
  await emit(ctx, UsageRecorded, {
    aggregateId: device_id,
    data: { device_id, contract_id, line_id, buckets: changed },
  })
}
