import { schedule } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import type { ContractSync } from '@draupnir/wire'
import { SYNC_CONTRACT } from './follow-contract.ts'
import { lockMirror } from './mirror.store.ts'

/** An operator asks for a sync now instead of at the next attempt; OpenMeter that equals the contract is left as it is. */
export function retrySync(outer: Context, contractId: Id<'contract'>): Promise<ContractSync> {
  return transact(outer, async (ctx) => {
    const mirror = await lockMirror(ctx, contractId)
    if (mirror === null) refuse('request.not-found', { contract_id: contractId })
    await schedule(ctx, { kind: SYNC_CONTRACT, key: contractId, dueAt: ctx.now(), data: { contract_id: contractId } })
    return mirror.sync
  })
}
