import { schedule } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { emit } from '@draupnir/outbox'
import { ContractSyncFailed } from '@draupnir/wire'
import { SYNC_CONTRACT } from './follow-contract.ts'
import { lockMirror, saveMirror } from './mirror.store.ts'

const SHOWN = 1000

/** OpenMeter was found to differ from a version of a contract that it had been brought to: tells so, and asks for a sync. */
export function recordDrift(
  outer: Context,
  contractId: Id<'contract'>,
  found: { readonly contractVersion: number; readonly differences: readonly string[] },
): Promise<void> {
  return transact(outer, async (ctx) => {
    const mirror = await lockMirror(ctx, contractId)
    const inSync = mirror?.sync.sync_state === 'synced' && mirror.contract.version === found.contractVersion
    if (mirror === null || !inSync) return
    const sync = {
      ...mirror.sync,
      sync_state: 'drifted' as const,
      last_error: found.differences.join('; ').slice(0, SHOWN),
      next_attempt_at: ctx.now(),
    }
    await saveMirror(ctx, { ...mirror, sync })
    await schedule(ctx, { kind: SYNC_CONTRACT, key: contractId, dueAt: ctx.now(), data: { contract_id: contractId } })
    await emit(ctx, ContractSyncFailed, { data: { sync } })
  })
}
