import { schedule } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import type { Instant } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import { claimInvoices } from '../openmeter/hear-of-invoice.ts'
import { buyersAfter } from './buyers.ts'
import { keepContract, lockContract } from './contract.store.ts'
import { CONTRACT_END } from './contract-end.ts'
import { updateBillingStatus } from './update-billing-status.ts'

/** Remembers who buys since when, who sells and on what terms, as it holds from `begunAt`; an ended contract without debts is settled. */
export function followContract(outer: Context, contract: ContractState, begunAt: Instant): Promise<void> {
  return transact(outer, async (ctx) => {
    const { id, activated_at, ends_at } = contract
    if (activated_at === null) return
    await claimInvoices(ctx, id)
    const known = await lockContract(ctx, id)
    const buyer = { from: known === null ? activated_at : begunAt, buyer_id: contract.buyer_id }
    await keepContract(ctx, contract, buyersAfter(known?.buyers ?? [], buyer))
    await updateBillingStatus(ctx, id)
    if (ends_at !== null && ends_at > ctx.now())
      await schedule(ctx, { kind: CONTRACT_END, key: id, dueAt: ends_at, data: { contract_id: id } })
  })
}
