import { fromEpochMs, type Instant } from '@draupnir/time'

/** Where the time of a unit of work comes from: read once at its start. */
export interface Clock {
  readonly read: () => Promise<Instant>
}

/** The time of the machine. */
export const systemClock: Clock = { read: async () => fromEpochMs(Date.now()) }
