import { schedule } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import type { ContractState } from '@draupnir/wire'
import { lockMirror, saveMirror } from './mirror.store.ts'
import { freshSync } from './mirror.ts'

export const SYNC_CONTRACT = 'metering-sync.sync-contract'

/** Remembers the newest state of a contract and asks for OpenMeter to be brought to it; drafts are not mirrored. */
export function followContract(outer: Context, contract: ContractState): Promise<void> {
  return transact(outer, async (ctx) => {
    if (contract.activated_at === null) return
    const known = await lockMirror(ctx, contract.id)
    if (known !== null && known.contract.version >= contract.version) return
    const sync = { ...(known?.sync ?? freshSync(contract)), sync_state: 'pending' as const, attempts: 0 }
    await saveMirror(ctx, { tenant: ctx.tenant, contract, sync, subscriptionFrom: known?.subscriptionFrom ?? null })
    await schedule(ctx, { kind: SYNC_CONTRACT, key: contract.id, dueAt: ctx.now(), data: { contract_id: contract.id } })
  })
}
