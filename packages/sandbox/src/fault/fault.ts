import { z } from 'zod'

export const FAULT_EFFECTS = [
  'delay',
  'error',
  'timeout_before',
  'timeout_after',
  'webhook_duplicate',
  'webhook_reorder',
  'webhook_drop',
  'step_failure',
] as const
export type FaultEffect = (typeof FAULT_EFFECTS)[number]

/** What a control client posts. `delay_ms` is real time for requests, test-clock time for `webhook_reorder`. */
export const FaultInput = z.strictObject({
  match: z
    .strictObject({
      method: z.string().toUpperCase().optional(),
      path_prefix: z.string().startsWith('/').optional(),
      event_type: z.string().optional(),
      /** A step that the provider takes by itself, in its own words. */
      step: z.string().optional(),
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

/** What a rule is held against: an API request, a webhook about to be queued, or a step of the provider. */
export interface FaultTarget {
  readonly kind: 'request' | 'webhook' | 'step'
  readonly method?: string
  readonly path?: string
  readonly eventType?: string
  readonly step?: string
}

export function kindOf(effect: FaultEffect): FaultTarget['kind'] {
  if (effect === 'step_failure') return 'step'
  return effect.startsWith('webhook_') ? 'webhook' : 'request'
}

/** Whether a rule is for a target; what it does not name it leaves open. */
export function matches(fault: Pick<Fault, 'match' | 'effect'>, target: FaultTarget): boolean {
  const { method, path_prefix, event_type, step } = fault.match
  if (kindOf(fault.effect) !== target.kind) return false
  if (method !== undefined && method !== target.method) return false
  if (path_prefix !== undefined && !(target.path ?? '').startsWith(path_prefix)) return false
  if (step !== undefined && step !== target.step) return false
  return event_type === undefined || (target.eventType ?? '').startsWith(event_type)
}
