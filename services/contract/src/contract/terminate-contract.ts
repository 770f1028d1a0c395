import { schedule } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { emit } from '@draupnir/outbox'
import { type ContractState, ContractTerminated } from '@draupnir/wire'
import { releaseDevices } from '../device/release-devices.ts'
import { lastTermination } from './contract.store.ts'
import { decideTerminate, type Terminate } from './decide.ts'
import { editOnWire, loadForEdit, recordEdit } from './edit-contract.ts'
import { CONTRACT_END } from './end-contract.ts'

/** Fixes the end of a contract, now or later; a later termination may only bring it forward. */
export function terminateContract(outer: Context, id: Id<'contract'>, input: Terminate): Promise<ContractState> {
  return transact(outer, async (ctx) => {
    const loaded = await loadForEdit(ctx, id)
    const decision = decideTerminate(loaded.state, input, await lastTermination(ctx, id), loaded.now)
    if (decision === null) return loaded.state
    const { edit, state } = await recordEdit(ctx, loaded, decision)
    const endsAt = edit.effective_at
    await releaseDevices(ctx, id, endsAt)
    if (endsAt > loaded.now)
      await schedule(ctx, { kind: CONTRACT_END, key: id, dueAt: endsAt, data: { contract_id: id } })
    await emit(ctx, ContractTerminated, {
      aggregateId: id,
      data: { edit: editOnWire(edit), cause: input.cause, contract: state },
    })
    return state
  })
}
