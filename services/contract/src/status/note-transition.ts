import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { emit } from '@draupnir/outbox'
import { ContractStatusChanged } from '@draupnir/wire'
import { insertTransition, type Transition } from './status.store.ts'

/** Writes a transition down and tells of it. */
export async function noteTransition(ctx: Context, contractId: Id<'contract'>, one: Transition): Promise<void> {
  await insertTransition(ctx, contractId, one)
  await emit(ctx, ContractStatusChanged, { data: { contract_id: contractId, ...one } })
}
