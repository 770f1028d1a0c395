import { type Context, transact } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { emit } from '@draupnir/outbox'
import { ContractActivated, type ContractState } from '@draupnir/wire'
import { type Activate, decideActivate } from './decide.ts'
import { editOnWire, loadForEdit, recordEdit } from './edit-contract.ts'

/** The contract is in force from now; an active one stays as it is. */
export function activateContract(outer: Context, id: Id<'contract'>, input: Activate): Promise<ContractState> {
  return transact(outer, async (ctx) => {
    const loaded = await loadForEdit(ctx, id)
    const decision = decideActivate(loaded.state, input, loaded.now)
    if (decision === null) return loaded.state
    const { edit, state } = await recordEdit(ctx, loaded, decision)
    await emit(ctx, ContractActivated, { aggregateId: id, data: { edit: editOnWire(edit), contract: state } })
    return state
  })
}
