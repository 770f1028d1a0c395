import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { DAY_MS, earliest, type Period, periodMs } from '@draupnir/time'
import { readDevice } from '../device/read-device.ts'
import { availability, type Interval } from './availability.ts'
import { selectHeartbeats } from './heartbeat.store.ts'

const MAX_DAYS = 31

/** The availability log of a device, up to now. Refuses `device-health.range-invalid`, `request.not-found`. */
export async function readAvailability(ctx: Context, id: Id<'device'>, period: Period): Promise<Interval[]> {
  const { from, to } = period
  if (from >= to || periodMs(period) > MAX_DAYS * DAY_MS) refuse('device-health.range-invalid', { from, to })
  const { heartbeat_grace_seconds } = await readDevice(ctx, id)
  const past = { from, to: earliest(to, ctx.now()) }
  if (past.from >= past.to) return []
  return availability(await selectHeartbeats(ctx, id, past), heartbeat_grace_seconds, past)
}
