import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type EditOptions, editContract, type Outcome, payloadOf, type Timing, taking } from './edit-contract.ts'
import type { Payloads } from './operation.ts'

/** Shares the revenue: the platform's part and others', the rest the seller's. */
export function setSplits(
  ctx: Context,
  id: Id<'contract'>,
  input: Payloads['set_splits'] & Timing,
  options: EditOptions = {},
): Promise<Outcome> {
  return editContract(ctx, id, options, ({ now }) =>
    taking({ operation: 'set_splits', payload: payloadOf(input) }, input, now),
  )
}
