import { schedule } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import type { Instant } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import { withLines } from './line-times.ts'
import { lockMirror, saveMirror } from './mirror.store.ts'
import { freshSync } from './mirror.ts'

export const SYNC_CONTRACT = 'metering-sync.sync-contract'

/** Remembers the newest state of a contract and asks for OpenMeter to be brought to it; drafts are not mirrored. Lines not seen before begin at `effectiveAt`. */
export function followContract(outer: Context, contract: ContractState, effectiveAt: Instant): Promise<void> {
  return transact(outer, async (ctx) => {
    if (contract.activated_at === null) return
    const known = await lockMirror(ctx, contract.id)
    if (known !== null && known.contract.version >= contract.version) return
    const { synced_version, openmeter_customer_id, openmeter_subscription_id } = known?.sync ?? freshSync(contract)
    const sync = { ...freshSync(contract), synced_version, openmeter_customer_id, openmeter_subscription_id }
    const lines = withLines(known?.lines ?? {}, contract.lines, effectiveAt)
    const subscriptionFrom = known?.subscriptionFrom ?? null
    await saveMirror(ctx, { tenant: ctx.tenant, contract, sync, subscriptionFrom, lines })
    await schedule(ctx, { kind: SYNC_CONTRACT, key: contract.id, dueAt: ctx.now(), data: { contract_id: contract.id } })
  })
}
