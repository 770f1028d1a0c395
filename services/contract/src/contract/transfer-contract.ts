import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type EditOptions, editContract, type Outcome, payloadOf, type Timing, taking } from './edit-contract.ts'
import type { Payloads } from './operation.ts'

/** Another buyer has the contract, and pays for it, from the effect on. */
export function transferContract(
  ctx: Context,
  id: Id<'contract'>,
  input: Payloads['transfer'] & Timing,
  options: EditOptions = {},
): Promise<Outcome> {
  return editContract(ctx, id, options, ({ now }) =>
    taking({ operation: 'transfer', payload: payloadOf(input) }, input, now),
  )
}
