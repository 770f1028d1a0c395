import { schedule } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import type { DataOf, UsageRecorded } from '@draupnir/wire'
import { addUsageEvents } from './usage.store.ts'
import { bucketDelta, usageEventId } from './usage.ts'

export const SEND_USAGE = 'metering-sync.send-usage'

/** Puts metered hours into the usage outbox and asks for them to be sent. Buckets that round to nothing are kept too: they prove the hour. */
export function recordUsage(outer: Context, usage: DataOf<typeof UsageRecorded>): Promise<void> {
  return transact(outer, async (ctx) => {
    await addUsageEvents(
      ctx,
      usage.buckets.map((bucket) => ({
        id: usageEventId(usage.device_id, usage.line_id, bucket),
        tenant: ctx.tenant,
        contractId: usage.contract_id,
        lineId: usage.line_id,
        deviceId: usage.device_id,
        hour: bucket.hour,
        gpuHours: bucketDelta(bucket),
        recordedAt: ctx.now(),
        sentAt: null,
        countedAt: null,
      })),
    )
    await schedule(ctx, {
      kind: SEND_USAGE,
      key: usage.contract_id,
      dueAt: ctx.now(),
      data: { contract_id: usage.contract_id },
    })
  })
}
