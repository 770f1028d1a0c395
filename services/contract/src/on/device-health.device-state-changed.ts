import { handle } from '@draupnir/outbox'
import { DeviceStateChanged } from '@draupnir/wire'
import { followDevice } from '../contract/follow-device.ts'

export const onDeviceStateChanged = handle(DeviceStateChanged, (ctx, event) =>
  followDevice(ctx, event.data.device.id, event.data.to, event.data.at),
)
