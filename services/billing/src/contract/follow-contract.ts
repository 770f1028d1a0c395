import type { Context } from '@draupnir/db'
import type { ContractState } from '@draupnir/wire'
import { keepContract } from './contract.store.ts'
import { updateBillingStatus } from './update-billing-status.ts'

/** Remembers who buys, who sells and on what terms; an ended contract without debts is settled. */
export async function followContract(ctx: Context, contract: ContractState): Promise<void> {
  if (contract.activated_at === null) return
  await keepContract(ctx, contract)
  await updateBillingStatus(ctx, contract.id)
}
