import { handle } from '@draupnir/outbox'
import { begunAt, CONTRACT_EDITS } from '@draupnir/wire'
import { followContract } from '../mirror/follow-contract.ts'

/** Every edit leaves a contract in a state that OpenMeter is brought to; one handler for each of their events. */
export const onContractEdits = CONTRACT_EDITS.map((event) =>
  handle(event, (ctx, { data }) => followContract(ctx, data.contract, begunAt(data))),
)
