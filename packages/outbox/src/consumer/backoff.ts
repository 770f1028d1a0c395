const DELAYS_MS = [250, 1_000, 5_000, 30_000, 120_000] as const
const SPREAD = 0.2

/** How long to wait before trying again after `attempt` deliveries (1 is the first), ±20 %; `random` is in [0, 1). */
export function backoffMs(attempt: number, random: number): number {
  const base = DELAYS_MS[Math.min(Math.max(attempt, 1), DELAYS_MS.length) - 1] ?? DELAYS_MS[0]
  return Math.round(base * (1 - SPREAD + 2 * SPREAD * random))
}

/** How long an event waits for its predecessor before it is looked at again: the same steps, up to 5 s. */
export function gapDelayMs(looks: number): number {
  return backoffMs(Math.min(looks, 3), 0.5)
}
