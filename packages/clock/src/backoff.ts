import { type ConsumerOutcome, Defect, Refusal, Transient } from '@draupnir/errors'

/** How long to wait between attempts, on the domain clock: `firstMs`, then `factor` times longer up to `maxMs`. */
export interface Backoff {
  readonly firstMs: number
  readonly factor: number
  readonly maxMs: number
  /** Attempts in all; null for no limit. */
  readonly maxAttempts: number | null
}

/** For timers that failed in a way that may pass. */
export const PASSING: Backoff = { firstMs: 1_000, factor: 2, maxMs: 300_000, maxAttempts: null }
/** For what only a change of code or data can heal: visible, out of the way, and healed by itself after a release. */
export const POISON: Backoff = { firstMs: 60_000, factor: 4, maxMs: 86_400_000, maxAttempts: null }

/** Milliseconds to wait after failed attempt number `attempt`, or null when it was the last one. */
export function delayAfter(backoff: Backoff, attempt: number): number | null {
  if (backoff.maxAttempts !== null && attempt >= backoff.maxAttempts) return null
  return Math.min(backoff.firstMs * backoff.factor ** (attempt - 1), backoff.maxMs)
}

/** What the table of refusals says of an error; null when it is no refusal. */
export function refusalOutcome(error: unknown): ConsumerOutcome | null {
  return error instanceof Refusal ? error.rule.consumer : null
}

/** The backoff of a timer after `error`. */
export function timerBackoff(error: unknown): Backoff {
  return error instanceof Transient || refusalOutcome(error) === 'retry' ? PASSING : POISON
}

/** The backoff of an activity after `error`; null when a rule said no and trying again cannot help. */
export function activityBackoff(error: unknown, own: Backoff): Backoff | null {
  if (refusalOutcome(error) === 'ack' || refusalOutcome(error) === 'park') return null
  return error instanceof Defect ? POISON : own
}

/** Milliseconds a failed attempt says to wait at the least. */
export function askedDelayMs(error: unknown): number {
  return error instanceof Transient ? (error.retryAfterMs ?? 0) : 0
}

/** The visible text of an error, cut to a size fit for a column. */
export function describeError(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return error instanceof Refusal
    ? `${error.code} ${JSON.stringify(error.context)}`.slice(0, 2_000)
    : text.slice(0, 2_000)
}
