import { type SweepContext, sweep } from '@draupnir/clock'
import { Transient } from '@draupnir/errors'
import { type OpenMeter, reasonOf } from '@draupnir/openmeter'
import { DAY_MS } from '@draupnir/time'
import { differences } from '../openmeter/subscription.ts'
import { type Audited, syncedAfter } from './mirror.store.ts'
import { desiredOf } from './mirror.ts'
import { recordDrift } from './record-drift.ts'

const PAGE_SIZE = 200

/** Every day compares OpenMeter with each contract it was brought to, and has repaired what somebody else changed there. */
export function auditContracts(om: OpenMeter) {
  return sweep('metering-sync.audit-contracts', { everyMs: DAY_MS }, async (ctx) => {
    for (let after = ''; ; ) {
      const page = await syncedAfter(ctx.db, after, PAGE_SIZE)
      for (const audited of page) await audit(om, ctx, audited)
      const last = page.at(-1)
      if (last === undefined) return
      after = last.contract.id
    }
  })
}

// One contract that cannot be compared hides no other; OpenMeter that is away is asked again tomorrow.
async function audit(om: OpenMeter, ctx: SweepContext, audited: Audited): Promise<void> {
  const { tenant, contract } = audited
  try {
    const desired = desiredOf(audited, ctx.now())
    const found = desired === null ? [] : await differences(om, desired, ctx.now())
    if (found.length === 0) return
    await recordDrift(ctx.forTenant(tenant), contract.id, { contractVersion: contract.version, differences: found })
  } catch (error) {
    if (error instanceof Transient) throw error
    ctx.log.error({ err: error, contract_id: contract.id }, `contract was not audited: ${reasonOf(error)}`)
  }
}
