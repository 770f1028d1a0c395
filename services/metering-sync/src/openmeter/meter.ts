import { type OpenMeter, orMissing, reached } from '@draupnir/openmeter'
import type { RateCard } from '../mirror/cards.ts'

/** One meter for all contracts: GPU-hours, told apart by line. */
export const METER = 'gpu_hours'
export const USAGE_EVENT = 'gpu.usage'

/** Makes the meter when it is not there. */
export async function ensureMeter(om: OpenMeter): Promise<void> {
  if ((await orMissing('meters.get', () => om.meters.get(METER))) !== null) return
  await reached('meters.create', () =>
    om.meters.create({
      slug: METER,
      name: 'GPU-hours',
      eventType: USAGE_EVENT,
      aggregation: 'SUM',
      valueProperty: '$.gpu_hours',
      groupBy: { line_id: '$.line_id' },
    }),
  )
}

/** A feature per usage line, so that two lines of one SKU may have two prices. */
export async function ensureFeatures(om: OpenMeter, cards: readonly RateCard[]): Promise<void> {
  const metered = new Map(cards.flatMap((card) => (card.kind === 'usage' ? [[card.key, card] as const] : [])))
  for (const card of metered.values()) {
    if ((await orMissing('features.get', () => om.features.get(card.key))) !== null) continue
    await reached('features.create', () =>
      om.features.create({
        key: card.key,
        name: card.name,
        meterSlug: METER,
        advancedMeterGroupByFilters: { line_id: { $eq: card.lineId } },
      }),
    )
  }
}
