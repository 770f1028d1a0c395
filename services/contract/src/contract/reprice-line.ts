import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type EditOptions, editContract, type Outcome, payloadOf, type Timing, taking } from './edit-contract.ts'
import type { Payloads } from './operation.ts'

/** Gives a line another price of the same kind. */
export function repriceLine(
  ctx: Context,
  id: Id<'contract'>,
  input: Payloads['reprice_line'] & Timing,
  options: EditOptions = {},
): Promise<Outcome> {
  return editContract(ctx, id, options, ({ now }) =>
    taking({ operation: 'reprice_line', payload: payloadOf(input) }, input, now),
  )
}
