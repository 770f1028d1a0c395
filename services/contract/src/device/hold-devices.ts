import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import { type Stretch, same } from '../contract/timeline.ts'
import { conflictOf, continueAssignments, dropAssignments, insertAssignments, lockDevices } from './device.store.ts'
import { type Hold, holdsOf } from './hold.ts'

/**
 * Lets the assignments of a contract from `since` on be what its timeline says. Refuses `contract.device-assigned`
 * when another contract holds a device meanwhile.
 */
export async function holdDevices(
  ctx: Context,
  contractId: Id<'contract'>,
  since: Instant,
  before: readonly Stretch[],
  after: readonly Stretch[],
): Promise<void> {
  const holds = holdsOf(after, since)
  if (same(holds, holdsOf(before, since))) return
  await lockDevices(ctx, [...new Set(holds.map(({ deviceId }) => deviceId))].sort())
  await requireFree(ctx, contractId, since, holds)
  await dropAssignments(ctx, contractId, since)
  await continueAssignments(
    ctx,
    contractId,
    since,
    holds.filter((hold) => hold.from === null),
  )
  await insertAssignments(
    ctx,
    holds.flatMap(({ from, ...hold }) => (from === null ? [] : [{ ...hold, contractId, from }])),
  )
}

async function requireFree(
  ctx: Context,
  contractId: Id<'contract'>,
  since: Instant,
  holds: readonly Hold[],
): Promise<void> {
  const taken = await conflictOf(ctx, contractId, since, holds)
  if (taken !== null) refuse('contract.device-assigned', { device_id: taken.device_id, contract_id: taken.contract_id })
}
