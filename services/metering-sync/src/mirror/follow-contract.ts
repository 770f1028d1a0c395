import { schedule } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import type { Instant } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import { withAgreed } from './agreed.ts'
import { withLines } from './line-times.ts'
import { lockMirror, saveMirror } from './mirror.store.ts'
import { cardsOf, freshSync, type Mirror } from './mirror.ts'

export const SYNC_CONTRACT = 'metering-sync.sync-contract'

/**
 * Remembers the newest state of a contract, in force since `begunAt`, and asks for OpenMeter to be brought to it. What was
 * never in force is not mirrored.
 */
export function followContract(outer: Context, newest: ContractState, begunAt: Instant): Promise<void> {
  return transact(outer, async (ctx) => {
    const known = await lockMirror(ctx, newest.id)
    if (known !== null && known.contract.version >= newest.version) return
    const contract = inForce(newest, known, begunAt)
    if (contract === null) return
    const { synced_version, openmeter_customer_id, openmeter_subscription_id } = known?.sync ?? freshSync(contract)
    const sync = { ...freshSync(contract), synced_version, openmeter_customer_id, openmeter_subscription_id }
    const lines = withLines(known?.lines ?? {}, contract, begunAt)
    const boughtFrom = boughtSince(known, contract, begunAt)
    const cards = cardsOf({ contract, lines, boughtFrom })
    const agreed = withAgreed(known?.agreed ?? [], { from: begunAt, cards })
    const subscriptionFrom = known?.subscriptionFrom ?? null
    await saveMirror(ctx, { tenant: ctx.tenant, contract, sync, subscriptionFrom, boughtFrom, lines, agreed })
    await schedule(ctx, { kind: SYNC_CONTRACT, key: contract.id, dueAt: ctx.now(), data: { contract_id: contract.id } })
  })
}

function boughtSince(known: Mirror | null, { buyer_id }: ContractState, begunAt: Instant): Instant | null {
  if (known === null) return null
  return known.contract.buyer_id === buyer_id ? known.boughtFrom : begunAt
}

// A contract whose activation was voided ends in OpenMeter; what was never there has nothing to end.
function inForce(newest: ContractState, known: Mirror | null, begunAt: Instant): ContractState | null {
  if (newest.activated_at !== null) return newest
  if (known === null) return null
  const { activated_at, billing_anchor } = known.contract
  return { ...newest, activated_at, billing_anchor, lifecycle: 'ended', ends_at: begunAt }
}
