import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type EditOptions, editContract, type Outcome, payloadOf, type Timing, taking } from './edit-contract.ts'
import type { Payloads } from './operation.ts'

/** Takes a line off; the last line of an active contract stays. */
export function removeLine(
  ctx: Context,
  id: Id<'contract'>,
  input: Payloads['remove_line'] & Timing,
  options: EditOptions = {},
): Promise<Outcome> {
  return editContract(ctx, id, options, ({ now }) =>
    taking({ operation: 'remove_line', payload: payloadOf(input) }, input, now),
  )
}
