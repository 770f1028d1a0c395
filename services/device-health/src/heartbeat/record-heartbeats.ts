import { schedule } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import { refuse, required } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { type Instant, intersect } from '@draupnir/time'
import { findAssignments } from '../assignment/find-assignments.ts'
import { afterHeartbeats, type Device } from '../device/device.ts'
import { lockDevices } from '../device/lock-devices.ts'
import { SILENCE } from '../device/mark-silent.ts'
import { moveDevice } from '../device/move-device.ts'
import { meterAgain } from '../usage/meter-again.ts'
import { touchedBy } from '../usage/usage.ts'
import { type Heartbeat, silenceAt } from './availability.ts'
import { insertHeartbeats, selectNeighbours } from './heartbeat.store.ts'
import { decideHeartbeats } from './heartbeat.ts'

export interface Received {
  readonly device: Device
  /** Heartbeats that told something new. */
  readonly accepted: number
  readonly duplicates: number
}

/** Takes in what a device reports, in any order and number, and meters again only the hours it changes. */
export function recordHeartbeats(
  outer: Context,
  id: Id<'device'>,
  heartbeats: readonly Heartbeat[],
): Promise<Received> {
  return transact(outer, async (ctx) => {
    const [device] = await lockDevices(ctx, [id])
    if (device === undefined) refuse('request.not-found', { device_id: id })
    const fresh = await insertHeartbeats(ctx, id, decideHeartbeats(heartbeats, ctx.now()))
    const moved = fresh.length === 0 ? device : await hear(ctx, device, fresh)
    return { device: moved, accepted: fresh.length, duplicates: heartbeats.length - fresh.length }
  })
}

async function hear(ctx: Context, device: Device, fresh: readonly Heartbeat[]): Promise<Device> {
  const { last_heartbeat_at: last } = device
  const newest = last === null ? fresh : fresh.filter(({ at }) => at >= last)
  const transition = afterHeartbeats(device, newest, ctx.now())
  if (newest.length > 0) {
    await moveDevice(ctx, transition)
    await awaitSilence(ctx, transition.device)
  }
  await meterTouched(ctx, transition.device, fresh)
  return transition.device
}

async function awaitSilence(ctx: Context, { id, last_heartbeat_at, heartbeat_grace_seconds }: Device): Promise<void> {
  const dueAt = silenceAt(required(last_heartbeat_at, 'heard'), heartbeat_grace_seconds)
  if (dueAt > ctx.now()) await schedule(ctx, { kind: SILENCE, key: id, dueAt, data: { device_id: id } })
}

async function meterTouched(ctx: Context, device: Device, fresh: readonly Heartbeat[]): Promise<void> {
  const assignments = (await findAssignments(ctx, device.id)).filter(({ metered }) => metered)
  if (assignments.length === 0) return
  const neighbours = await selectNeighbours(
    ctx,
    device.id,
    fresh.map(({ at }) => at),
  )
  const touched = neighbours.flatMap((around) => touchedBy(around.at, around, device.heartbeat_grace_seconds))
  for (const assignment of assignments) {
    const serving = assignment.serves.map(({ from, until }) => ({ from, to: servingUntil(device, until) }))
    const periods = touched.flatMap((period) => serving.flatMap((served) => intersect(period, served) ?? []))
    await meterAgain(ctx, device, assignment, periods)
  }
}

// Later time is not certain, so it has no metered hours yet.
function servingUntil({ last_heartbeat_at }: Device, until: Instant | null): Instant {
  const certainUntil = required(last_heartbeat_at, 'heard')
  return until !== null && until < certainUntil ? until : certainUntil
}
