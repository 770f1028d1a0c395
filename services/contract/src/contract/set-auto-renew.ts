import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type EditOptions, editContract, type Outcome, payloadOf, type Timing, taking } from './edit-contract.ts'
import type { Payloads } from './operation.ts'

/** Says whether and how the contract renews, up to the notice date of the running term. */
export function setAutoRenew(
  ctx: Context,
  id: Id<'contract'>,
  input: Payloads['set_auto_renew'] & Timing,
  options: EditOptions = {},
): Promise<Outcome> {
  return editContract(ctx, id, options, ({ now }) =>
    taking({ operation: 'set_auto_renew', payload: payloadOf(input) }, input, now),
  )
}
