import { z } from 'zod'

export const FAULT_EFFECTS = [
  'delay',
  'error',
  'timeout_before',
  'timeout_after',
  'webhook_duplicate',
  'webhook_reorder',
  'webhook_drop',
] as const
export type FaultEffect = (typeof FAULT_EFFECTS)[number]

/** What a control client posts. `delay_ms` is real time for requests, test-clock time for `webhook_reorder`. */
export const FaultInput = z.strictObject({
  match: z
    .strictObject({
      method: z.string().toUpperCase().optional(),
      path_prefix: z.string().startsWith('/').optional(),
      event_type: z.string().optional(),
    })
    .default({}),
  effect: z.enum(FAULT_EFFECTS),
  status: z.int().min(400).max(599).optional(),
  delay_ms: z.int().min(0).max(600_000).optional(),
  remaining: z.int().min(1).optional(),
})
export type FaultInput = z.infer<typeof FaultInput>

export interface Fault {
  readonly id: number
  readonly match: FaultInput['match']
  readonly effect: FaultEffect
  readonly status: number | null
  readonly delay_ms: number | null
  /** How often it still strikes; null: until it is deleted. */
  readonly remaining: number | null
  readonly used: number
}

/** What a rule is held against: an API request, or a webhook about to be queued. */
export interface FaultTarget {
  readonly method: string
  readonly path: string
  readonly eventType?: string
}

export const isWebhookFault = (effect: FaultEffect): boolean => effect.startsWith('webhook_')

export function matches(fault: Fault, target: FaultTarget): boolean {
  const { method, path_prefix, event_type } = fault.match
  if (method !== undefined && method !== target.method) return false
  if (path_prefix !== undefined && !target.path.startsWith(path_prefix)) return false
  return event_type === undefined || (target.eventType ?? '').startsWith(event_type)
}
