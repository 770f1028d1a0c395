import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { upsertState } from './device.store.ts'
import type { DeviceState } from './device.ts'

export function rememberDeviceState(ctx: Context, id: Id<'device'>, state: DeviceState): Promise<void> {
  return upsertState(ctx, id, state)
}
