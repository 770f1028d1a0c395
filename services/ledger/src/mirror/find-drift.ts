import type { SweepContext } from '@draupnir/clock'
import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { everyPage, type ModernTreasury } from '@draupnir/modern-treasury'
import { addMs, type Instant, MINUTE_MS } from '@draupnir/time'
import { compareAccounts, compareMissingAccounts } from './compare-accounts.ts'
import { compareMissingCopies, compareTransactions } from './compare-transactions.ts'
import { refusedCopies } from './drift.store.ts'
import type { DriftFinding } from './drift.ts'
import { findMirrorLedger, mirrorLedgers } from './mirror-ledger.store.ts'
import type { LedgerAccount, LedgerTransaction } from './treasury.ts'

/** What an audit needs of its surroundings; a sweep has it. */
export type AuditContext = Pick<SweepContext, 'db' | 'now' | 'forTenant'>
export type Drift = ReadonlyMap<Id<'tenant'>, readonly DriftFinding[]>

const PAGE = { per_page: 100 }
/** Their clock is not ours, and what was being changed during the last audit was left out of it. */
const OVERLAP_MS = 10 * MINUTE_MS

/**
 * Compares what changed there or here since then with the mirror, over all tenants; without a time everything. A tenant
 * of whom anything is found is then compared as a whole, so that the transactions are named too.
 */
export async function findDrift(ctx: AuditContext, mt: ModernTreasury, since: Instant | null): Promise<Drift> {
  const ledgers = await mirrorLedgers(ctx.db)
  const suspects = new Set<Id<'tenant'>>()
  const from = since === null ? null : addMs(since, -OVERLAP_MS)
  const changed = from === null ? {} : { updated_at: { gte: from } }
  for await (const page of everyPage('ledgerTransactions.list', () =>
    mt.ledgerTransactions.list({ ...PAGE, ...changed }),
  )) {
    for (const [tenant, own] of byTenant(page, ledgers))
      if ((await compareTransactions(ctx.forTenant(tenant), mt, own)).length > 0) suspects.add(tenant)
  }
  const seen = new Set<string>()
  for await (const page of everyPage('ledgerAccounts.list', () => mt.ledgerAccounts.list({ ...PAGE, ...changed }))) {
    for (const { id } of page) seen.add(id)
    for (const [tenant, own] of byTenant(page, ledgers))
      if ((await compareAccounts(ctx.forTenant(tenant), mt, own)).length > 0) suspects.add(tenant)
  }
  for (const tenant of ledgers.values()) {
    const own = ctx.forTenant(tenant)
    const missing = await compareMissingAccounts(own, mt, from, seen)
    if (missing.length > 0 || (await refusedCopies(own)).length > 0) suspects.add(tenant)
  }
  const drift = new Map<Id<'tenant'>, readonly DriftFinding[]>()
  for (const tenant of suspects) drift.set(tenant, await findDriftOf(ctx.forTenant(tenant), mt))
  return drift
}

/** Compares the whole mirror of one tenant. */
export async function findDriftOf(ctx: Context, mt: ModernTreasury): Promise<DriftFinding[]> {
  const ledgerId = (await findMirrorLedger(ctx))?.ledger_id ?? null
  if (ledgerId === null) return []
  const query = { ...PAGE, ledger_id: ledgerId }
  const findings: DriftFinding[] = [...(await refusedCopies(ctx))]
  const copies = new Set<string>()
  for await (const page of everyPage('ledgerTransactions.list', () => mt.ledgerTransactions.list(query))) {
    for (const { id } of page) copies.add(id)
    findings.push(...(await compareTransactions(ctx, mt, page)))
  }
  findings.push(...(await compareMissingCopies(ctx, mt, copies)))
  const accounts = new Set<string>()
  for await (const page of everyPage('ledgerAccounts.list', () => mt.ledgerAccounts.list(query))) {
    for (const { id } of page) accounts.add(id)
    findings.push(...(await compareAccounts(ctx, mt, page)))
  }
  findings.push(...(await compareMissingAccounts(ctx, mt, null, accounts)))
  return findings
}

/** An organization may keep ledgers of others: those are not looked at. */
function byTenant<T extends LedgerTransaction | LedgerAccount>(
  page: readonly T[],
  ledgers: ReadonlyMap<string, Id<'tenant'>>,
): ReadonlyMap<Id<'tenant'>, readonly T[]> {
  const groups = new Map<Id<'tenant'>, T[]>()
  for (const each of page) {
    const tenant = ledgers.get(each.ledger_id)
    if (tenant !== undefined) groups.set(tenant, [...(groups.get(tenant) ?? []), each])
  }
  return groups
}
