import { addDecimals, type Decimal, formatDecimal, negateDecimal, ratio } from '@draupnir/money'
import {
  addMs,
  duration,
  earliest,
  HOUR_MS,
  type Instant,
  latest,
  MINUTE_MS,
  type Period,
  periodAt,
} from '@draupnir/time'
import type { ContractState, UsageBucket } from '@draupnir/wire'
import type { Bought } from '../mirror/cards.ts'
import type { Billed } from '../mirror/line-times.ts'

type Calendar = Pick<ContractState, 'billing_anchor' | 'cadence'>

/** Decimals of a GPU-hour that are metered: 0.0001 h is 0.36 s. */
export const GPU_HOUR_SCALE = 4
const SECONDS_PER_HOUR = 3600n

/** GPU-seconds of one device and hour as GPU-hours, rounded down: the buyer never pays for a part not delivered. */
export function gpuHours(gpuSeconds: number): Decimal {
  return ratio(BigInt(gpuSeconds), SECONDS_PER_HOUR, GPU_HOUR_SCALE, 'down')
}

/**
 * GPU-hours a bucket adds: rounded total after, less rounded total before, so that the sum over all revisions of an
 * hour is exactly the rounded total of the hour.
 */
export function bucketDelta(bucket: UsageBucket): string {
  const after = gpuHours(bucket.total_gpu_seconds)
  const before = gpuHours(bucket.total_gpu_seconds - bucket.delta_gpu_seconds)
  return formatDecimal(addDecimals(after, negateDecimal(before)))
}

/** The same id for the same fact: OpenMeter drops what it has seen. */
export function usageEventId(deviceId: string, lineId: string, bucket: UsageBucket): string {
  return `${deviceId}:${lineId}:${bucket.hour}:r${bucket.revision}`
}

/** The moment at which an hour counts: OpenMeter may have begun, or gone on, to bill the line after the hour did. */
export function countedAt(hour: Instant, { from, pauses }: Pick<Billed, 'from' | 'pauses'>): Instant {
  const paused = pauses.find((pause) => pause.from <= hour && hour < pause.to)
  return latest(hour, paused?.to ?? from, from)
}

// OpenMeter takes the snapshot of an invoice an hour after its period; what is sent just before might come after it.
const OPEN_MS = HOUR_MS - 5 * MINUTE_MS

/** The oldest billing period that OpenMeter has not taken the snapshot of. */
export function openPeriod({ billing_anchor, cadence }: Calendar, now: Instant): Period | null {
  return billing_anchor === null ? null : periodAt(billing_anchor, duration(cadence), addMs(now, -OPEN_MS))
}

/** From when on an hour waits for the next sync: OpenMeter bills the line no more, or to the buyer before. Null: never. */
export function waitsFrom({ until, bought }: Billed, now: Bought | null): Instant | null {
  const passed = now !== null && bought?.by !== now.by ? now.since : null
  if (until === null || passed === null) return until ?? passed
  return earliest(until, passed)
}

/**
 * The moment at which usage counts that comes after OpenMeter billed its period: as the oldest open period began, if the
 * line and the buyer are the same. What is gone with its line or buyer counts when it was, and is billed no more.
 */
export function billableAt(at: Instant, billed: Billed, open: Period | null, bought: Bought | null): Instant {
  if (open === null || at >= open.from) return at
  const then = countedAt(open.from, billed)
  const over = billed.until !== null && billed.until <= then
  const others = bought === null || at < bought.since || billed.bought?.by !== bought.by
  return over || others ? at : then
}
