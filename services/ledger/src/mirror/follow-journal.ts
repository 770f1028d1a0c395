import { follower, type SweepContext } from '@draupnir/clock'
import type { Context } from '@draupnir/db'
import { Transient } from '@draupnir/errors'
import type { ModernTreasury } from '@draupnir/modern-treasury'
import { addMs, MINUTE_MS, SECOND_MS } from '@draupnir/time'
import { findMirrorLedger, saveAttempt } from './mirror-ledger.store.ts'
import { mirrorTenant, type Unasked } from './mirror-tenant.ts'
import { countBehind, tenantsBehind } from './position.store.ts'

const BACKOFF = { firstMs: SECOND_MS, factor: 2, maxMs: 5 * MINUTE_MS, maxAttempts: null }
const WAIT_MS = SECOND_MS
const MAX_DOUBLINGS = 10

/** Keeps the mirror up with the journal: it reads what was committed, not what was told. */
export function followJournal(mt: ModernTreasury) {
  // Lost with the process: what was written down and not asked for is then looked for, once.
  const unasked = new Map<string, Unasked>()
  const unaskedOf = (tenant: string): Unasked => {
    const own = unasked.get(tenant) ?? new Set()
    unasked.set(tenant, own)
    return own
  }
  return follower('ledger.mirror', {
    behind: countBehind,
    backoff: BACKOFF,
    run: async (ctx: SweepContext) => {
      for (const tenant of await tenantsBehind(ctx.db, ctx.now()))
        await serve(ctx.forTenant(tenant), mt, unaskedOf(tenant))
    },
  })
}

/** One tenant's failure is its own; when nobody answers, nobody else is tried. */
async function serve(ctx: Context, mt: ModernTreasury, unasked: Unasked): Promise<void> {
  try {
    const waits = (await mirrorTenant(ctx, mt, unasked)) === 'waits'
    const notBefore = waits ? addMs(ctx.now(), WAIT_MS) : ctx.now()
    await saveAttempt(ctx, { failures: 0, not_before: notBefore, last_error: null })
  } catch (error) {
    const failures = ((await findMirrorLedger(ctx))?.failures ?? 0) + 1
    const delayMs = Math.min(BACKOFF.firstMs * 2 ** Math.min(failures - 1, MAX_DOUBLINGS), BACKOFF.maxMs)
    const asked = error instanceof Transient ? (error.retryAfterMs ?? 0) : 0
    const reason = error instanceof Error ? error.message : String(error)
    const notBefore = addMs(ctx.now(), Math.max(delayMs, asked))
    await saveAttempt(ctx, { failures, not_before: notBefore, last_error: reason.slice(0, 500) })
    ctx.log.warn({ err: error, failures, not_before: notBefore }, 'the mirror could not be kept up')
    if (error instanceof Transient) throw error
  }
}
