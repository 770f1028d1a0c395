import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type EditOptions, editContract, type Outcome, type Timing, taking } from './edit-contract.ts'

/** Puts a suspended contract in force again, exactly as it was. */
export function resumeContract(
  ctx: Context,
  id: Id<'contract'>,
  input: Timing,
  options: EditOptions = {},
): Promise<Outcome> {
  return editContract(ctx, id, options, ({ now }) => taking({ operation: 'resume', payload: {} }, input, now))
}
