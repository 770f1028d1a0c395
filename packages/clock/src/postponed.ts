const FIRST_MS = 20
const MAX_MS = 5_000

/** Timers that this process leaves alone for a moment of real time, after Postgres failed under them. */
export interface Postponed {
  readonly ids: () => string[]
  /** Milliseconds until it is tried again: longer with every failure in a row. */
  readonly add: (id: string) => number
}

/** `wake` is called when a postponed timer may be tried again. */
export function createPostponed(wake: () => void): Postponed {
  const waiting = new Map<string, number>()
  const failures = new Map<string, number>()
  return {
    ids: () => [...waiting.keys()],
    add: (id) => {
      const count = (failures.get(id) ?? 0) + 1
      // Bounded: an id forgotten here only starts again at the shortest delay.
      if (failures.size > 1_000) failures.clear()
      failures.set(id, count)
      const delayMs = Math.min(FIRST_MS * 2 ** (count - 1), MAX_MS)
      const retry = () => {
        waiting.delete(id)
        wake()
      }
      waiting.set(id, performance.now() + delayMs)
      setTimeout(retry, delayMs).unref()
      return delayMs
    },
  }
}
