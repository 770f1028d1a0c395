import type { Context } from '@draupnir/db'
import { type Instant, latest } from '@draupnir/time'
import { type KnownFinding, lastAudit, listFindings } from './drift.store.ts'
import { findMirrorLedger } from './mirror-ledger.store.ts'
import { type Lag, readLag } from './position.store.ts'

export interface MirrorStanding {
  /** `current` when everything booked is there, `behind` while it is not, `failing` when the last attempt failed. */
  readonly state: 'off' | 'current' | 'behind' | 'failing'
  readonly ledgerId: string | null
  readonly lag: Lag
  readonly lastError: string | null
  readonly nextAttemptAt: Instant | null
}

/** How far the mirror of the tenant is. */
export async function readMirror(ctx: Context, on: boolean): Promise<MirrorStanding> {
  const [ledger, lag] = await Promise.all([findMirrorLedger(ctx), readLag(ctx)])
  const lastError = ledger?.last_error ?? null
  const working = lastError !== null ? 'failing' : lag.links > 0 ? 'behind' : 'current'
  return {
    state: on ? working : 'off',
    ledgerId: ledger?.ledger_id ?? null,
    lag,
    lastError,
    nextAttemptAt: lastError === null ? null : (ledger?.not_before ?? null),
  }
}

export interface DriftReport {
  readonly auditedAt: Instant | null
  readonly findings: readonly KnownFinding[]
}

/** What the last audit found. */
export async function readDrift(ctx: Context): Promise<DriftReport> {
  const [ledger, audited, findings] = await Promise.all([findMirrorLedger(ctx), lastAudit(ctx.db), listFindings(ctx)])
  const times = [ledger?.audited_at, audited].flatMap((at) => at ?? [])
  const [first, ...rest] = times
  return { auditedAt: first === undefined ? null : latest(first, ...rest), findings }
}
