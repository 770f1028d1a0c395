import type { Instant } from '@draupnir/time'
import type { Filters } from '../meter/usage.ts'
import { compact, type Metadata } from '../shared/shape.ts'

export interface FeatureInput {
  readonly key: string
  readonly name: string
  readonly metadata?: Metadata
  readonly meterSlug?: string
  readonly advancedMeterGroupByFilters?: Filters
  readonly meterGroupByFilters?: Readonly<Record<string, string>>
  readonly unitCost?: unknown
}

export interface Feature {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly metadata: Metadata | null
  readonly meterId: string | null
  readonly meterSlug: string | null
  readonly filters: Filters
  readonly createdAt: Instant
  readonly updatedAt: Instant
  readonly archivedAt: Instant | null
}

export function featureView(feature: Feature) {
  const { filters, meterId, ...rest } = feature
  const simple = Object.entries(filters).flatMap(([key, { $eq }]) => (typeof $eq === 'string' ? [[key, $eq]] : []))
  const filtered = Object.keys(filters).length > 0
  return compact({
    ...rest,
    meterId,
    advancedMeterGroupByFilters: filtered ? filters : null,
    meterGroupByFilters: filtered && simple.length > 0 ? Object.fromEntries(simple) : null,
  })
}
