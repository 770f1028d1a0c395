import { handle } from '@draupnir/outbox'
import { begunAt, CONTRACT_EDITS } from '@draupnir/wire'
import { followContract } from '../assignment/follow-contract.ts'

/** Every edit leaves a contract in a state that says which device serves which line; one handler for each of their events. */
export const onContractEdits = CONTRACT_EDITS.map((event) =>
  handle(event, (ctx, { data }) =>
    followContract(ctx, { contract: data.contract, begunAt: begunAt(data), past: data.serving }),
  ),
)
