import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import { insertAssignments, selectAssignments } from './device.store.ts'

export interface Assign {
  readonly contractId: Id<'contract'>
  readonly lineId: Id<'contractLine'>
  readonly deviceIds: readonly Id<'device'>[]
  readonly from: Instant
  readonly until: Instant | null
}

/** Contracts that hold one of the devices after `at`. */
export async function findHolders(ctx: Context, ids: readonly Id<'device'>[], at: Instant) {
  const assignments = await selectAssignments(ctx, ids, at)
  return assignments.map(({ deviceId, contractId }) => ({ device_id: deviceId, contract_id: contractId }))
}

/** The devices must be locked and free. */
export function assignDevices(ctx: Context, { deviceIds, ...assignment }: Assign): Promise<void> {
  return insertAssignments(
    ctx,
    deviceIds.map((deviceId) => ({ ...assignment, deviceId })),
  )
}
