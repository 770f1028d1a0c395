import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type EditOptions, editContract, type Outcome, payloadOf, type Timing, taking } from './edit-contract.ts'
import type { Payloads } from './operation.ts'

/** Lets other devices of the seller, or another host, serve a line. */
export function assignDevices(
  ctx: Context,
  id: Id<'contract'>,
  input: Payloads['assign_devices'] & Timing,
  options: EditOptions = {},
): Promise<Outcome> {
  return editContract(ctx, id, options, ({ now }) =>
    taking({ operation: 'assign_devices', payload: payloadOf(input) }, input, now),
  )
}
