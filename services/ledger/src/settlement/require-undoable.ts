import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Transaction } from '../transaction/transaction.ts'
import { isStoodOn } from './standing.store.ts'

/**
 * Refuses `ledger.undo-breaks-settlement` for a transaction that a payment or a leg stands on: its mirror would move the
 * money and leave them as they are.
 */
export async function requireUndoable(
  ctx: Context,
  { id, recipe, reference }: Pick<Transaction, 'id' | 'recipe' | 'reference'>,
): Promise<void> {
  if (await isStoodOn(ctx, { id, reference })) {
    refuse('ledger.undo-breaks-settlement', { transaction_id: id, recipe, reference })
  }
}
