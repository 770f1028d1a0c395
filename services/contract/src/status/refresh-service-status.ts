import { type Context, transact } from '@draupnir/db'
import type { Instant } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import { findDeviceStates } from '../device/find-states.ts'
import { requireMove, SERVICE_STATUS } from './machines.ts'
import { noteTransition } from './note-transition.ts'
import { lockStatuses, upsertStatus } from './status.store.ts'
import { serviceStatus } from './status.ts'

/** Derives how a contract is served from its devices, and tells when that changed. */
export function refreshServiceStatus(outer: Context, state: ContractState, at: Instant): Promise<void> {
  return transact(outer, async (ctx) => {
    const devices = [...new Set(state.lines.flatMap((line) => line.device_ids))]
    const { serviceStatus: from } = await lockStatuses(ctx, state.id)
    const to = serviceStatus(state.lifecycle, devices.map(await findDeviceStates(ctx, devices)))
    if (from === to) return
    // Only a correction brings an ended contract back, and its service with it.
    if (from !== 'decommissioned') requireMove('service_status', SERVICE_STATUS, from, to)
    await upsertStatus(ctx, state.id, { serviceStatus: to })
    await noteTransition(ctx, state.id, { machine: 'service_status', from, to, at })
  })
}
