import { type Context, transact } from '@draupnir/db'
import { emit } from '@draupnir/outbox'
import { DeviceRegistered } from '@draupnir/wire'
import { findSeller } from '../seller/find-seller.ts'
import { insertDevice } from './device.store.ts'
import { type Device, decideRegister, type RegisterDevice } from './device.ts'

export function registerDevice(outer: Context, input: RegisterDevice): Promise<Device> {
  return transact(outer, async (ctx) => {
    const seller = await findSeller(ctx, input.seller_id)
    const device = decideRegister(ctx.newId('device'), input, seller)
    await insertDevice(ctx, device)
    await emit(ctx, DeviceRegistered, { aggregateId: device.id, data: { device } })
    return device
  })
}
