import { z } from 'zod'
import { idField, instantField, textField } from '../fields.ts'

export const deviceStateSchema = z.enum(['unknown', 'up', 'degraded', 'down', 'maintenance'])

export const deviceSchema = z.object({
  id: idField('device'),
  seller_id: idField('party'),
  serial: textField(64),
  sku: textField(64),
  gpu_count: z.number().int().min(1).max(1024),
  /** Silence longer than this counts as down, in seconds. */
  heartbeat_grace_seconds: z.number().int().min(1).max(604_800),
  state: deviceStateSchema,
  last_heartbeat_at: instantField.nullable(),
})

/** Metered seconds of one UTC hour. The meter sums deltas; `revision` tells apart what a late heartbeat added. */
export const usageBucketSchema = z.object({
  hour: instantField,
  revision: z.number().int().positive(),
  /** GPU-seconds to add, negative for a correction. */
  delta_gpu_seconds: z.number().int(),
  /** GPU-seconds of the hour after this event. */
  total_gpu_seconds: z.number().int().min(0),
})

export type Device = z.infer<typeof deviceSchema>
export type UsageBucket = z.infer<typeof usageBucketSchema>
