import type { Context } from '@draupnir/db'
import { emit } from '@draupnir/outbox'
import { DeviceStateChanged } from '@draupnir/wire'
import { contractAt } from '../assignment/contract-at.ts'
import { updateDevice } from './device.store.ts'
import type { Transition } from './device.ts'

/** Saves a transition of a locked device and tells of it. */
export async function moveDevice(ctx: Context, { device, change }: Transition): Promise<void> {
  await updateDevice(ctx, device)
  if (change === null) return
  const contract_id = await contractAt(ctx, device.id, ctx.now())
  await emit(ctx, DeviceStateChanged, { aggregateId: device.id, data: { device, ...change, contract_id } })
}
