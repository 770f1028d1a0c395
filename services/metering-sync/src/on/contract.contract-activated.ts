import { handle } from '@draupnir/outbox'
import { ContractActivated } from '@draupnir/wire'
import { followContract } from '../mirror/follow-contract.ts'

export const onContractActivated = handle(ContractActivated, (ctx, event) =>
  followContract(ctx, event.data.contract, event.data.edit.effective_at),
)
