import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { selectTransitions, type Transition, type Window } from './status.store.ts'

/** The first changes of the three statuses of a contract within a window, all of the last moment, in the order of time. */
export function findTransitions(
  ctx: Context,
  contractId: Id<'contract'>,
  window: Window,
  limit: number,
): Promise<Transition[]> {
  return selectTransitions(ctx, contractId, window, limit)
}
