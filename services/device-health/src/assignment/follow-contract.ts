import { type Context, transact } from '@draupnir/db'
import { required } from '@draupnir/errors'
import { lockDevices } from '../device/lock-devices.ts'
import { meterAgain } from '../usage/meter-again.ts'
import { selectByContract, upsertAssignment } from './assignment.store.ts'
import { certain, reassign, type Told } from './assignment.ts'

/** Takes over who serves a contract, and meters again what that changes for time already heard of. */
export function followContract(outer: Context, told: Told): Promise<void> {
  return transact(outer, async (ctx) => {
    const changes = reassign(told, await selectByContract(ctx, told.contract.id))
    const ids = [...new Set(changes.map(({ assignment }) => assignment.deviceId))]
    const devices = new Map((await lockDevices(ctx, ids)).map((device) => [device.id, device]))
    for (const { assignment, touched } of changes) {
      const device = required(devices.get(assignment.deviceId), `device ${assignment.deviceId} is not registered`)
      await upsertAssignment(ctx, assignment)
      const heard = device.last_heartbeat_at
      const periods = heard === null ? [] : touched.flatMap((one) => certain(one, heard) ?? [])
      if (periods.length > 0) await meterAgain(ctx, device, assignment, periods)
    }
  })
}
