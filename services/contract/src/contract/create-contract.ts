import { type Context, transact } from '@draupnir/db'
import { emit } from '@draupnir/outbox'
import { ContractCreated, type ContractState } from '@draupnir/wire'
import { findParty } from '../party/find-party.ts'
import { type CreateContract, decideCreate } from './decide.ts'
import { editOnWire, recordFirst } from './edit-contract.ts'

/** A draft: terms without lines. */
export function createContract(outer: Context, input: CreateContract): Promise<ContractState> {
  return transact(outer, async (ctx) => {
    const buyer = await findParty(ctx, input.buyer_id)
    const decision = decideCreate(ctx.newId('contract'), input, buyer, ctx.now())
    const { edit, state } = await recordFirst(ctx, decision)
    await emit(ctx, ContractCreated, { aggregateId: state.id, data: { edit: editOnWire(edit), contract: state } })
    return state
  })
}
