import { handle } from '@draupnir/outbox'
import { DeviceStateChanged } from '@draupnir/wire'
import { rememberDeviceState } from '../device/remember-state.ts'

export const onDeviceStateChanged = handle(DeviceStateChanged, (ctx, event) =>
  rememberDeviceState(ctx, event.data.device.id, event.data.to),
)
