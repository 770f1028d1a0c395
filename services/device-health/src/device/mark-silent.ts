import { type Context, transact } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { lockDevices } from './device.store.ts'
import { afterSilence } from './device.ts'
import { moveDevice } from './move-device.ts'

export const SILENCE = 'device-health.silence'

/** The grace after the last heartbeat is over: the device is down, unless something was heard meanwhile. */
export function markSilent(outer: Context, id: Id<'device'>): Promise<void> {
  return transact(outer, async (ctx) => {
    const [device] = await lockDevices(ctx, [id])
    if (device === undefined) return
    const transition = afterSilence(device, ctx.now())
    if (transition.change !== null) await moveDevice(ctx, transition)
  })
}
