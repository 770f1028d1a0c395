import { activity, schedule } from '@draupnir/clock'
import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type OpenMeter, sent } from '@draupnir/openmeter'
import { HOUR_MS, SECOND_MS } from '@draupnir/time'
import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { billedLines } from '../mirror/line-times.ts'
import { findMirror } from '../mirror/mirror.store.ts'
import { boughtOf } from '../mirror/mirror.ts'
import { USAGE_EVENT } from '../openmeter/meter.ts'
import { SEND_USAGE } from './record-usage.ts'
import { type Counted, markUsageSent, unsentUsage } from './usage.store.ts'
import { billableAt, countedAt, openPeriod, waitsFrom } from './usage.ts'

const schema = z.object({ contract_id: idField('contract') })
const BATCH = 500

/** Sends what is in the usage outbox of a contract; the same events again do nothing, their ids are known. */
export function sendUsage(om: OpenMeter) {
  return activity(SEND_USAGE, schema, {
    perform: (ctx, data) => ingest(om, ctx, data.contract_id),
    settle: async (ctx, data, sent) => {
      if (sent.length > 0) await markUsageSent(ctx, sent)
      if (sent.length === BATCH) {
        await schedule(ctx, { kind: SEND_USAGE, key: data.contract_id, dueAt: ctx.now(), data })
      }
    },
    backoff: { firstMs: 5 * SECOND_MS, factor: 2, maxMs: HOUR_MS, maxAttempts: null },
  })
}

async function ingest(om: OpenMeter, ctx: Context, contractId: Id<'contract'>): Promise<Counted[]> {
  const mirror = await findMirror(ctx, contractId)
  if (mirror === null) return []
  const { sync, contract } = mirror
  // Usage counts from when OpenMeter bills its line to its buyer, so it waits for that; the end of the sync asks again.
  const billed = billedLines(mirror.lines)
  const [bought, behind] = [boughtOf(mirror), sync.synced_version < contract.version]
  const sendable = [...billed].map(([lineId, one]) => ({ lineId, until: behind ? waitsFrom(one, bought) : null }))
  const events = await unsentUsage(ctx, contractId, sendable, BATCH)
  const open = openPeriod(contract, ctx.now())
  const counted = events.map(({ id, hour, lineId, countedAt: fixed }) => {
    const own = billed.get(lineId)
    return { id, at: fixed ?? (own ? billableAt(countedAt(hour, own), own, open, bought) : hour) }
  })
  const batch = events.map((event, index) => ({
    id: event.id,
    source: 'draupnir/metering-sync',
    specversion: '1.0',
    type: USAGE_EVENT,
    subject: contractId,
    time: new Date(counted[index]?.at ?? event.hour),
    data: { gpu_hours: event.gpuHours, line_id: event.lineId, device_id: event.deviceId },
  }))
  if (batch.length > 0) await sent('events.ingest', () => om.events.ingest(batch))
  return counted
}
