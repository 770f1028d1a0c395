import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type EditOptions, editContract, type Outcome, payloadOf, type Timing, taking } from './edit-contract.ts'
import type { Payloads } from './operation.ts'

/** Changes terms; currency, cadence, zone and term only before the contract is active. */
export function setTerms(
  ctx: Context,
  id: Id<'contract'>,
  input: Payloads['set_terms'] & Timing,
  options: EditOptions = {},
): Promise<Outcome> {
  return editContract(ctx, id, options, ({ now }) =>
    taking({ operation: 'set_terms', payload: payloadOf(input) }, input, now),
  )
}
