import { handle } from '@draupnir/outbox'
import { begunAt, CONTRACT_EDITS } from '@draupnir/wire'
import { followContract } from '../contract/follow-contract.ts'

/** Every edit leaves a contract in a state that says on what terms it is billed; one handler for each of their events. */
export const onContractEdits = CONTRACT_EDITS.map((event) =>
  handle(event, (ctx, { data }) => followContract(ctx, data.contract, begunAt(data))),
)
