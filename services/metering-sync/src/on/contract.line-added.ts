import { handle } from '@draupnir/outbox'
import { ContractLineAdded } from '@draupnir/wire'
import { followContract } from '../mirror/follow-contract.ts'

export const onContractLineAdded = handle(ContractLineAdded, (ctx, event) =>
  followContract(ctx, event.data.contract, event.data.edit.effective_at),
)
