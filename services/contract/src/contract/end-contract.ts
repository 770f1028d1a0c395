import { type Context, transact } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { updateHead } from './contract.store.ts'
import { loadForEdit } from './edit-contract.ts'

export const CONTRACT_END = 'contract.end'

/** Writes down that an announced end has come. Nothing is recorded: the edit that says so is in the log. */
export function endContract(outer: Context, id: Id<'contract'>): Promise<void> {
  return transact(outer, async (ctx) => {
    const { state, now } = await loadForEdit(ctx, id)
    if (state.lifecycle === 'ended') await updateHead(ctx, state, now)
  })
}
