import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type EditOptions, editContract, type Outcome, payloadOf, type Timing, taking } from './edit-contract.ts'
import type { Payloads } from './operation.ts'

/** Sells another quantity of a flat line, down to none. */
export function changeQuantity(
  ctx: Context,
  id: Id<'contract'>,
  input: Payloads['change_quantity'] & Timing,
  options: EditOptions = {},
): Promise<Outcome> {
  return editContract(ctx, id, options, ({ now }) =>
    taking({ operation: 'change_quantity', payload: payloadOf(input) }, input, now),
  )
}
