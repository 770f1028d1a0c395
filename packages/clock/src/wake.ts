const runners = new Set<() => void>()

/** Wakes every timer runner of this process. */
export function wakeRunners(): void {
  for (const wake of runners) wake()
}

/** Registers the wake-up of a runner; returns its removal. */
export function onWake(wake: () => void): () => void {
  runners.add(wake)
  return () => void runners.delete(wake)
}
