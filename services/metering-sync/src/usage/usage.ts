import { addDecimals, type Decimal, formatDecimal, negateDecimal, ratio } from '@draupnir/money'
import { type Instant, latest } from '@draupnir/time'
import type { UsageBucket } from '@draupnir/wire'
import type { Billed } from '../mirror/line-times.ts'

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
export function countedAt(hour: Instant, { from, pauses }: Billed): Instant {
  const paused = pauses.find((pause) => pause.from <= hour && hour < pause.to)
  return latest(hour, paused?.to ?? from, from)
}
