import type { Db, Log } from '@draupnir/db'
import { Transient } from '@draupnir/errors'
import { contextFor } from '@draupnir/http'
import type { ModernTreasury } from '@draupnir/modern-treasury'
import { type Check, checkOf, type Finding } from '@draupnir/service'
import type { Instant } from '@draupnir/time'
import { lastAudit, unequalAccounts, unmirrored } from './drift.store.ts'
import { type AuditContext, findDrift } from './find-drift.ts'

export interface MirrorSources {
  readonly db: Db
  readonly mt: ModernTreasury
  readonly now: Instant
  readonly log: Log
}

/** The mirror is as the books are: what is booked is mirrored, and what was mirrored is there. Being behind is no finding. */
export async function verifyMirror(sources: MirrorSources): Promise<readonly Check[]> {
  const { db } = sources
  const [missing, unequal] = await Promise.all([unmirrored(db), unequalAccounts(db)])
  return [
    checkOf('ledger.mirror-complete', missing),
    checkOf('ledger.mirror-equals-books', unequal),
    checkOf('ledger.mirror-is-there', await driftOf(sources)),
  ]
}

async function driftOf({ db, mt, now, log }: MirrorSources): Promise<Finding[]> {
  const trace = { correlationId: 'verify', causationId: null, traceparent: null }
  const ctx: AuditContext = {
    db,
    now: () => now,
    forTenant: (tenant) => contextFor({ db, now, actor: 'verify', tenant, trace, log }),
  }
  try {
    const drift = await findDrift(ctx, mt, await lastAudit(db))
    return [...drift].flatMap(([tenant, findings]) =>
      findings.map(({ row, detail }) => ({ row: `${row} of ${tenant}`, detail })),
    )
  } catch (error) {
    if (!(error instanceof Transient)) throw error
    return [{ row: 'the mirror', detail: `could not be compared: ${error.message}` }]
  }
}
