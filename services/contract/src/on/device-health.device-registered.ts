import { handle } from '@draupnir/outbox'
import { DeviceRegistered } from '@draupnir/wire'
import { rememberDevice } from '../device/remember-device.ts'

export const onDeviceRegistered = handle(DeviceRegistered, (ctx, event) => rememberDevice(ctx, event.data.device))
