import { handle } from '@draupnir/outbox'
import { DeviceStateChanged } from '@draupnir/wire'
import { rememberDevice } from '../device/remember-device.ts'

export const onDeviceStateChanged = handle(DeviceStateChanged, (ctx, event) => rememberDevice(ctx, event.data.device))
