import type { Instant } from '@draupnir/time'
import { compact, type Metadata } from '../shared/shape.ts'

export const AGGREGATIONS = ['SUM', 'COUNT', 'UNIQUE_COUNT', 'AVG', 'MIN', 'MAX', 'LATEST'] as const
export type Aggregation = (typeof AGGREGATIONS)[number]

export interface MeterInput {
  readonly slug: string
  readonly name?: string
  readonly description?: string
  readonly metadata?: Metadata | null
  readonly aggregation: Aggregation
  readonly eventType: string
  readonly eventFrom?: Instant
  readonly valueProperty?: string
  readonly groupBy?: Readonly<Record<string, string>>
}

export interface Meter {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly description: string | null
  readonly metadata: Metadata | null
  readonly aggregation: Aggregation
  readonly eventType: string
  readonly eventFrom: Instant | null
  readonly valueProperty: string | null
  /** Name of a dimension → JSONPath into the event's data. */
  readonly groupBy: Readonly<Record<string, string>>
  readonly createdAt: Instant
  readonly updatedAt: Instant
  readonly deletedAt: Instant | null
}

export function meterView(meter: Meter) {
  return compact(meter)
}
