import { handle } from '@draupnir/outbox'
import { ContractTerminated } from '@draupnir/wire'
import { followContract } from '../mirror/follow-contract.ts'

export const onContractTerminated = handle(ContractTerminated, (ctx, event) =>
  followContract(ctx, event.data.contract, event.data.edit.effective_at),
)
