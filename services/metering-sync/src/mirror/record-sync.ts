import { schedule } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { emit } from '@draupnir/outbox'
import type { Instant } from '@draupnir/time'
import { ContractSynced, ContractSyncFailed } from '@draupnir/wire'
import { moveUsage } from '../usage/move-usage.ts'
import { SEND_USAGE } from '../usage/record-usage.ts'
import { SYNC_CONTRACT } from './follow-contract.ts'
import { type Billed, withBilled } from './line-times.ts'
import { lockMirror, saveMirror } from './mirror.store.ts'

export interface SyncResult {
  readonly contractVersion: number
  readonly customerId: string
  /** Null when there was nothing to bill since OpenMeter knows of it. */
  readonly subscription: { readonly id: string; readonly from: Instant } | null
  readonly billed: ReadonlyMap<Id<'contractLine'>, Billed>
}

/** OpenMeter was brought to a version of the contract. A newer version, or an end to come, asks for another round. */
export function recordSync(outer: Context, contractId: Id<'contract'>, result: SyncResult): Promise<void> {
  return transact(outer, async (ctx) => {
    const mirror = await lockMirror(ctx, contractId)
    if (mirror === null) return
    const behind = mirror.contract.version > result.contractVersion
    const sync = {
      contract_id: contractId,
      sync_state: behind ? ('pending' as const) : ('synced' as const),
      synced_version: result.contractVersion,
      openmeter_customer_id: result.customerId,
      openmeter_subscription_id: result.subscription?.id ?? null,
      attempts: 0,
      last_error: null,
      next_attempt_at: null,
    }
    const lines = withBilled(mirror.lines, result.billed)
    // What OpenMeter was brought to is its own memory from here on.
    const agreed = behind || result.subscription === null ? mirror.agreed : mirror.agreed.slice(-1)
    const subscriptionFrom = result.subscription?.from ?? null
    await saveMirror(ctx, { ...mirror, sync, subscriptionFrom, lines, agreed })
    const dueAt = behind ? ctx.now() : endToCome(mirror.contract.ends_at, ctx.now())
    if (dueAt !== null)
      await schedule(ctx, { kind: SYNC_CONTRACT, key: contractId, dueAt, data: { contract_id: contractId } })
    await moveUsage(ctx, mirror.contract, result.billed)
    // Usage that came before there was a subscription has waited for this.
    await schedule(ctx, { kind: SEND_USAGE, key: contractId, dueAt: ctx.now(), data: { contract_id: contractId } })
    if (!behind) await emit(ctx, ContractSynced, { data: { sync } })
  })
}

/** An attempt failed; the contract shows why and when the next one is (`failed` when there is none). */
export function recordSyncFailure(
  outer: Context,
  contractId: Id<'contract'>,
  failure: { readonly error: string; readonly attempts: number; readonly nextAttemptAt: Instant | null },
): Promise<void> {
  return transact(outer, async (ctx) => {
    const mirror = await lockMirror(ctx, contractId)
    if (mirror === null) return
    const sync = {
      ...mirror.sync,
      sync_state: failure.nextAttemptAt === null ? ('failed' as const) : ('retrying' as const),
      attempts: failure.attempts,
      last_error: failure.error,
      next_attempt_at: failure.nextAttemptAt,
    }
    await saveMirror(ctx, { ...mirror, sync })
    await emit(ctx, ContractSyncFailed, { data: { sync } })
  })
}

function endToCome(endsAt: Instant | null, now: Instant): Instant | null {
  return endsAt !== null && endsAt > now ? endsAt : null
}
