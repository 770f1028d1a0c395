import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { usageTotals } from './usage.store.ts'

/** GPU-hours of a contract, recorded and sent, and how many events wait to be sent. */
export function readUsage(ctx: Context, contractId: Id<'contract'>) {
  return usageTotals(ctx, contractId)
}
