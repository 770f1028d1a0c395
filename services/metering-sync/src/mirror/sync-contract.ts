import { activity } from '@draupnir/clock'
import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type OpenMeter, reasonOf } from '@draupnir/openmeter'
import { HOUR_MS, SECOND_MS } from '@draupnir/time'
import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { ensureCustomer } from '../openmeter/customer.ts'
import { ensureFeatures, ensureMeter } from '../openmeter/meter.ts'
import { billedBeside, ensurePendingLines } from '../openmeter/pending-lines.ts'
import { ensureSubscription } from '../openmeter/subscription.ts'
import { readVersions } from '../openmeter/versions.ts'
import { SYNC_CONTRACT } from './follow-contract.ts'
import { gapsOf } from './gaps.ts'
import { findMirror } from './mirror.store.ts'
import { desiredOf } from './mirror.ts'
import { recordSync, recordSyncFailure, type SyncResult } from './record-sync.ts'

const schema = z.object({ contract_id: idField('contract') })

/** Brings OpenMeter to the newest known state of a contract, for as long as it takes. */
export function syncContract(om: OpenMeter) {
  return activity(SYNC_CONTRACT, schema, {
    perform: (ctx, data) => converge(om, ctx, data.contract_id),
    settle: async (ctx, data, result) => {
      if (result !== null) await recordSync(ctx, data.contract_id, result)
    },
    failed: (ctx, data, error, attempts, nextAttemptAt) =>
      recordSyncFailure(ctx, data.contract_id, { error: reasonOf(error), attempts, nextAttemptAt }),
    backoff: { firstMs: 5 * SECOND_MS, factor: 2, maxMs: HOUR_MS, maxAttempts: null },
  })
}

async function converge(om: OpenMeter, ctx: Context, contractId: Id<'contract'>): Promise<SyncResult | null> {
  const mirror = await findMirror(ctx, contractId)
  const desired = mirror === null ? null : desiredOf(mirror, ctx.now())
  if (mirror === null || desired === null) return null
  await ensureMeter(om)
  await ensureFeatures(om, [...desired.rateCards, ...mirror.agreed.flatMap(({ cards }) => cards)])
  const customerId = await ensureCustomer(om, desired.customer)
  const beside = await billedBeside(om, customerId, desired.rateCards)
  const left = { ...desired, rateCards: desired.rateCards.filter(({ lineId }) => !beside.has(lineId)) }
  const subscription = await ensureSubscription(om, customerId, left, ctx.now())
  const versions = await readVersions(om, desired.customer.key)
  const { lines, billed } = gapsOf(desired, mirror.agreed, versions, ctx.now())
  await ensurePendingLines(om, customerId, desired.customer.currency, lines)
  const once = [...beside].map(([id, from]) => [id, { from, until: from, bought: null, pauses: [] }] as const)
  const contractVersion = mirror.contract.version
  return { contractVersion, customerId, subscription, billed: new Map([...billed, ...once]) }
}
