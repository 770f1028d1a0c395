import type { Instant } from '@draupnir/time'

/** What a sandbox needs of a clock: one reading of the shared test clock. */
export interface TestClock {
  read(): Promise<Instant>
}

/** A clock for tests, moved by hand. */
export interface ManualClock extends TestClock {
  set(at: Instant): void
}

export function manualClock(start: Instant): ManualClock {
  let now = start
  return {
    read: async () => now,
    set: (at) => {
      now = at
    },
  }
}
