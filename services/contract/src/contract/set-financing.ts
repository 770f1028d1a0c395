import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type EditOptions, editContract, type Outcome, type Timing, taking } from './edit-contract.ts'
import { type FinancingPlan, schedule } from './financing.ts'

export interface SetFinancing extends Timing {
  readonly plan: FinancingPlan | null
}

/** Finances the contract by a down payment and monthly installments, or no longer. */
export function setFinancing(
  ctx: Context,
  id: Id<'contract'>,
  input: SetFinancing,
  options: EditOptions = {},
): Promise<Outcome> {
  return editContract(ctx, id, options, ({ head, now }) => {
    const financing = input.plan === null ? null : schedule(input.plan, head.state.time_zone)
    return taking({ operation: 'set_financing', payload: { financing } }, input, now)
  })
}
