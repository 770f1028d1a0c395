import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type EditOptions, editContract, type Outcome, type Timing, taking } from './edit-contract.ts'

/** Nothing is charged until the contract is resumed. */
export function suspendContract(
  ctx: Context,
  id: Id<'contract'>,
  input: Timing,
  options: EditOptions = {},
): Promise<Outcome> {
  return editContract(ctx, id, options, ({ now }) => taking({ operation: 'suspend', payload: {} }, input, now))
}
