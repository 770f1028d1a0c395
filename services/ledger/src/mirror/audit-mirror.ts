import { activity, type SweepContext, schedule, sweep } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import { parseId } from '@draupnir/ids'
import type { ModernTreasury } from '@draupnir/modern-treasury'
import { DAY_MS, HOUR_MS, SECOND_MS } from '@draupnir/time'
import { z } from 'zod'
import { lastAudit, replaceFindings, saveAudit, tenantsWithFindings } from './drift.store.ts'
import { findDrift, findDriftOf } from './find-drift.ts'

const AUDIT = 'ledger.audit-mirror'
const BACKOFF = { firstMs: 5 * SECOND_MS, factor: 2, maxMs: HOUR_MS, maxAttempts: null }
/** As long as it takes to read every page within the limits. */
const TIMEOUT_MS = 6 * HOUR_MS

/** Now and then what changed since the last time, and what was found before, is compared; the findings are kept. */
export function auditMirror(mt: ModernTreasury, everyDays: number) {
  return sweep('ledger.audit-mirrors', { everyMs: everyDays * DAY_MS }, async (ctx: SweepContext) => {
    const drift = await findDrift(ctx, mt, await lastAudit(ctx.db))
    for (const [tenant, findings] of drift)
      await transact(ctx.forTenant(tenant), (ctx) => replaceFindings(ctx, findings))
    for (const text of await tenantsWithFindings(ctx.db)) {
      const tenant = parseId('tenant', text)
      if (drift.has(tenant)) continue
      const findings = await findDriftOf(ctx.forTenant(tenant), mt)
      await transact(ctx.forTenant(tenant), (ctx) => replaceFindings(ctx, findings))
    }
    await saveAudit(ctx.db, ctx.now())
    if (drift.size > 0) ctx.log.error({ tenants: [...drift.keys()] }, 'the mirror differs from the books')
  })
}

/** The whole mirror of one tenant, when somebody asks. */
export function auditOneMirror(mt: ModernTreasury) {
  return activity(AUDIT, z.object({}), {
    perform: (ctx) => findDriftOf(ctx, mt),
    settle: (ctx, _data, findings) => replaceFindings(ctx, findings),
    backoff: BACKOFF,
    timeoutMs: TIMEOUT_MS,
  })
}

/** Has the whole mirror of the tenant compared now. */
export function requestAudit(ctx: Context): Promise<void> {
  return transact(ctx, (ctx) => schedule(ctx, { kind: AUDIT, key: ctx.tenant, dueAt: ctx.now(), data: {} }))
}
