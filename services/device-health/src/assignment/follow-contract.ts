import { type Context, transact } from '@draupnir/db'
import { required } from '@draupnir/errors'
import type { Instant } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import { lockDevices } from '../device/lock-devices.ts'
import { meterAgain } from '../usage/meter-again.ts'
import { selectByContract, upsertAssignment } from './assignment.store.ts'
import { certain, reassign } from './assignment.ts'

/** Takes over who serves a contract, and meters again what that changes for time already heard of. */
export function followContract(outer: Context, contract: ContractState, effectiveAt: Instant): Promise<void> {
  return transact(outer, async (ctx) => {
    const changes = reassign(contract, effectiveAt, await selectByContract(ctx, contract.id))
    const ids = changes.map(({ assignment }) => assignment.deviceId)
    const devices = new Map((await lockDevices(ctx, ids)).map((device) => [device.id, device]))
    for (const { assignment, touched } of changes) {
      const device = required(devices.get(assignment.deviceId), `device ${assignment.deviceId} is not registered`)
      await upsertAssignment(ctx, assignment)
      const period = device.last_heartbeat_at === null ? null : certain(touched, device.last_heartbeat_at)
      if (period !== null) await meterAgain(ctx, device, assignment, [period])
    }
  })
}
