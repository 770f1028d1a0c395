import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type EditOptions, editContract, type Outcome, payloadOf, type Timing, taking } from './edit-contract.ts'
import type { Payloads } from './operation.ts'

/** Promises an availability for the contract or one line. */
export function setSla(
  ctx: Context,
  id: Id<'contract'>,
  input: Payloads['set_sla'] & Timing,
  options: EditOptions = {},
): Promise<Outcome> {
  return editContract(ctx, id, options, ({ now }) =>
    taking({ operation: 'set_sla', payload: payloadOf(input) }, input, now),
  )
}
