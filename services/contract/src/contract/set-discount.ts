import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type EditOptions, editContract, type Outcome, payloadOf, type Timing, taking } from './edit-contract.ts'
import type { Payloads } from './operation.ts'

/** Takes a share off what a line costs. */
export function setDiscount(
  ctx: Context,
  id: Id<'contract'>,
  input: Payloads['set_discount'] & Timing,
  options: EditOptions = {},
): Promise<Outcome> {
  return editContract(ctx, id, options, ({ now }) =>
    taking({ operation: 'set_discount', payload: payloadOf(input) }, input, now),
  )
}
