import { type Context, transact } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { DeviceState } from '../device/device.ts'
import { findHolder } from '../device/find-holder.ts'
import { rememberDeviceState } from '../device/remember-state.ts'
import { refreshServiceStatus } from '../status/refresh-service-status.ts'
import { currentState } from './read-contract.ts'

/** Remembers how a device is, and what that means for the contract it serves. */
export function followDevice(outer: Context, id: Id<'device'>, state: DeviceState, at: Instant): Promise<void> {
  return transact(outer, async (ctx) => {
    await rememberDeviceState(ctx, id, state)
    const contractId = await findHolder(ctx, id)
    if (contractId !== null) await refreshServiceStatus(ctx, await currentState(ctx, contractId), at)
  })
}
