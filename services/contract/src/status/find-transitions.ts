import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { selectTransitions, type Transition } from './status.store.ts'

/** Every change of the three statuses of a contract, in the order they were noticed. */
export function findTransitions(ctx: Context, contractId: Id<'contract'>): Promise<Transition[]> {
  return selectTransitions(ctx, contractId)
}
