import { DAY_MS, duration, durationMs } from '@draupnir/time'
import { z } from 'zod'
import { FUNDINGS, RISK_TIERS } from './seasoning.ts'

const MAX_DAYS = 366

/** ISO 8601 of weeks, days and hours, at most a leap year. */
const restField = z
  .string()
  .regex(/^P(?=\d|T\d)(\d{1,2}W)?(\d{1,3}D)?(T\d{1,4}H)?$/)
  .transform(duration)
  .refine((length) => durationMs(length) <= MAX_DAYS * DAY_MS, `must be at most ${MAX_DAYS} days`)

export const riskTierField = z.enum(RISK_TIERS)
const byTier = z.strictObject(fields(RISK_TIERS, restField))

/** A rest for each rail and each tier. */
export const seasoningRules = z.strictObject(fields(FUNDINGS, byTier))

function fields<K extends string, S>(keys: readonly K[], schema: S): Record<K, S> {
  return Object.fromEntries(keys.map((key) => [key, schema])) as Record<K, S>
}
