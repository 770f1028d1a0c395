import { type Context, transact } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Instant } from '@draupnir/time'
import { findClosedThrough, insertClosing } from './closing.store.ts'
import { lockAllLanes } from './journal.store.ts'

/** Closes everything up to a moment that has passed: nothing becomes effective there any more. A closed period stays closed. */
export function closePeriod(ctx: Context, through: Instant): Promise<Instant> {
  return transact(ctx, async (ctx) => {
    if (through >= ctx.now()) refuse('ledger.closing-invalid', { closed_through: through, now: ctx.now() })
    // Whatever is being booked still belongs to the open period; whatever follows sees it closed.
    await lockAllLanes(ctx)
    const before = await findClosedThrough(ctx)
    if (before !== null && through <= before) return before
    await insertClosing(ctx, through)
    return through
  })
}
