import { schedule } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import type { ContractState } from '@draupnir/wire'
import { claimInvoices } from '../openmeter/hear-of-invoice.ts'
import { keepContract } from './contract.store.ts'
import { CONTRACT_END } from './contract-end.ts'
import { updateBillingStatus } from './update-billing-status.ts'

/** Remembers who buys, who sells and on what terms; an ended contract without debts is settled. */
export function followContract(outer: Context, contract: ContractState): Promise<void> {
  return transact(outer, async (ctx) => {
    const { id, activated_at, ends_at } = contract
    if (activated_at === null) return
    await claimInvoices(ctx, id)
    await keepContract(ctx, contract)
    await updateBillingStatus(ctx, id)
    if (ends_at !== null && ends_at > ctx.now())
      await schedule(ctx, { kind: CONTRACT_END, key: id, dueAt: ends_at, data: { contract_id: id } })
  })
}
