import { type Context, transact } from '@draupnir/db'
import { required } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { emit } from '@draupnir/outbox'
import { addMs } from '@draupnir/time'
import { ContractRenewalAnnounced, type ContractState } from '@draupnir/wire'
import { recordEdit, taking } from './edit-contract.ts'
import { editsAfter, giveWay } from './give-way.ts'
import { loadForEdit } from './load-contract.ts'
import type { Operation } from './operation.ts'
import { dueNotice } from './schedule-ahead.ts'

/** At the notice date: records the renewal, or the expiry, for the end of the term, and tells of it. Once for a term. */
export function announceRenewal(outer: Context, id: Id<'contract'>): Promise<void> {
  return transact(outer, async (ctx) => {
    const { head, now } = await loadForEdit(ctx, id)
    const { state } = head
    const due = dueNotice(state, await editsAfter(ctx, id, now, head.edits), now)
    if (due === null || due > now) return
    const at = required(state.term_ends_at, 'a notice is of a term')
    const renews = state.auto_renew?.enabled === true
    // An expired contract does nothing more, whatever was meant for later.
    if (!renews) await giveWay(ctx, id, await editsAfter(ctx, id, addMs(at, -1), head.edits), 'term ended')
    const decision = taking(outcomeOf(state), { effective_at: at, cause: 'term ended' }, now)
    await recordEdit(ctx, await loadForEdit(ctx, id), decision, { automatic: true })
    const { term = null, uplift_rate = '0' } = renews ? (state.auto_renew ?? {}) : {}
    const outcome = renews ? 'renews' : 'expires'
    await emit(ctx, ContractRenewalAnnounced, {
      data: { contract_id: id, outcome, at, term, uplift_rate, contract: state },
    })
  })
}

function outcomeOf({ auto_renew }: ContractState): Operation {
  if (auto_renew?.enabled !== true) return { operation: 'terminate', payload: { when: 'at' } }
  const { term, uplift_rate } = auto_renew
  return { operation: 'renew', payload: { term, uplift_rate } }
}
