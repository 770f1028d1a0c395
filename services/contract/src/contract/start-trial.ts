import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type EditOptions, editContract, type Outcome, payloadOf, type Timing, taking } from './edit-contract.ts'
import type { Operation, Payloads } from './operation.ts'

/** Serves a draft without charge; at the end it is activated or ends, by an edit recorded now. */
export function startTrial(
  ctx: Context,
  id: Id<'contract'>,
  input: Payloads['start_trial'] & Timing,
  options: EditOptions = {},
): Promise<Outcome> {
  return editContract(ctx, id, options, ({ now }) => {
    const { ends_at, on_end } = input
    const end: Operation =
      on_end === 'convert'
        ? { operation: 'activate', payload: { billing_anchor: ends_at } }
        : { operation: 'terminate', payload: { when: 'at' } }
    const follow = taking(end, { effective_at: ends_at, cause: 'trial ended' }, now)
    return { ...taking({ operation: 'start_trial', payload: payloadOf(input) }, input, now), follow }
  })
}
