import { type Context, transact } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { emit } from '@draupnir/outbox'
import { ContractLineAdded, type ContractState } from '@draupnir/wire'
import { assignDevices, findHolders } from '../device/assign-devices.ts'
import { lockDevices } from '../device/lock-devices.ts'
import { findParty } from '../party/find-party.ts'
import { type AddLine, decideAddLine } from './decide.ts'
import { editOnWire, loadForEdit, recordEdit } from './edit-contract.ts'

/** A line on a draft or an active contract; its devices are held from now on. */
export function addLine(outer: Context, contractId: Id<'contract'>, input: AddLine): Promise<ContractState> {
  return transact(outer, async (ctx) => {
    const loaded = await loadForEdit(ctx, contractId)
    const facts = {
      seller: await findParty(ctx, input.seller_id),
      devices: await lockDevices(ctx, input.device_ids),
      holders: await findHolders(ctx, input.device_ids, loaded.now),
    }
    const lineId = ctx.newId('contractLine')
    const decision = decideAddLine(loaded.state, lineId, input, facts, loaded.now)
    const { edit, state } = await recordEdit(ctx, loaded, decision)
    const until = state.ends_at
    await assignDevices(ctx, { contractId, lineId, deviceIds: input.device_ids, from: edit.effective_at, until })
    const line = decision.payload.line
    await emit(ctx, ContractLineAdded, {
      aggregateId: contractId,
      data: { edit: editOnWire(edit), line, contract: state },
    })
    return state
  })
}
