/** Counts requests for the activity report; those that only look, or wait for others, are left out. */
export interface Meter {
  readonly open: () => number
  readonly counter: () => number
  readonly around: <T>(path: string, work: () => T | Promise<T>) => Promise<T>
}

const LOOKING = /^\/(internal|healthz|readyz|metrics)(\/|$)/

export function createMeter(waits: (path: string) => boolean): Meter {
  let open = 0
  let counter = 0
  return {
    open: () => open,
    counter: () => counter,
    around: async (path, work) => {
      if (LOOKING.test(path) || waits(path)) return work()
      open += 1
      counter += 1
      try {
        return await work()
      } finally {
        open -= 1
        counter += 1
      }
    },
  }
}
