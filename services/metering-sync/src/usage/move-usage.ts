import { type Context, transact } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { ContractState } from '@draupnir/wire'
import type { Billed } from '../mirror/line-times.ts'
import { moveCounted } from './usage.store.ts'
import { openPeriod } from './usage.ts'

/**
 * Usage that had been counted with the buyer before a transfer that OpenMeter heard of late is taken from there and
 * counted with the new one, as long as OpenMeter has not billed the period; once, whatever is repeated.
 */
export function moveUsage(
  outer: Context,
  contract: ContractState,
  billed: ReadonlyMap<Id<'contractLine'>, Billed>,
): Promise<void> {
  return transact(outer, async (ctx) => {
    const open = openPeriod(contract, ctx.now())
    for (const [lineId, { pauses }] of billed)
      for (const { from, to, passed } of pauses)
        if (passed && open !== null && from >= open.from)
          await moveCounted(ctx, { contractId: contract.id, lineId, period: { from, to } })
  })
}
