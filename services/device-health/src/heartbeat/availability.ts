import { addMs, type Instant, type Period, SECOND_MS } from '@draupnir/time'
import type { Device } from '@draupnir/wire'

export type DeviceState = Device['state']
export type ReportedState = Exclude<DeviceState, 'unknown'>

/** What a device said of itself at a moment. At most one per device and moment. */
export interface Heartbeat {
  readonly at: Instant
  readonly state: ReportedState
}

/** `[from, to)` in one state; `silence` when it is down because nothing was heard, `none` before the first heartbeat. */
export interface Interval extends Period {
  readonly state: DeviceState
  readonly cause: 'heartbeat' | 'silence' | 'none'
}

// Two reports of one moment: the worse one counts, whichever came first.
export const SEVERITY: readonly ReportedState[] = ['up', 'degraded', 'maintenance', 'down']

export function worse(a: ReportedState, b: ReportedState): ReportedState {
  return SEVERITY.indexOf(a) >= SEVERITY.indexOf(b) ? a : b
}

/** Heartbeats in the order of time, one for each moment, whatever the order and number in which they came. */
export function merge(heartbeats: readonly Heartbeat[]): Heartbeat[] {
  const states = new Map<Instant, ReportedState>()
  for (const { at, state } of heartbeats) states.set(at, worse(state, states.get(at) ?? state))
  return [...states].map(([at, state]) => ({ at, state })).sort((a, b) => (a.at < b.at ? -1 : 1))
}

/**
 * The intervals of `period`, without gaps. A heartbeat asserts its state until the next one, or until the grace is
 * over; from then on the device is down. `heartbeats` are merged and begin with the last one at or before `period.from`.
 */
export function availability(heartbeats: readonly Heartbeat[], graceSeconds: number, period: Period): Interval[] {
  const intervals: Interval[] = []
  const put = (interval: Interval) => append(intervals, interval, period)
  put({ from: period.from, to: heartbeats[0]?.at ?? period.to, state: 'unknown', cause: 'none' })
  for (const [index, { at, state }] of heartbeats.entries()) {
    const next = heartbeats[index + 1]?.at ?? period.to
    const silence = addMs(at, graceSeconds * SECOND_MS)
    put({ from: at, to: next < silence ? next : silence, state, cause: 'heartbeat' })
    put({ from: silence, to: next, state: 'down', cause: 'silence' })
  }
  return intervals
}

/** The state at `now`, given the last heartbeat. */
export function stateAt(last: Heartbeat | null, graceSeconds: number, now: Instant): DeviceState {
  if (last === null) return 'unknown'
  return silenceAt(last.at, graceSeconds) <= now ? 'down' : last.state
}

/** The moment from which a device that stays silent is down. */
export function silenceAt(lastHeartbeatAt: Instant, graceSeconds: number): Instant {
  return addMs(lastHeartbeatAt, graceSeconds * SECOND_MS)
}

// Clips to the period, drops what is empty, and joins what continues.
function append(intervals: Interval[], { from, to, state, cause }: Interval, period: Period): void {
  const start = from > period.from ? from : period.from
  const end = to < period.to ? to : period.to
  if (start >= end) return
  const last = intervals.at(-1)
  if (last !== undefined && last.to === start && last.state === state && last.cause === cause)
    intervals[intervals.length - 1] = { ...last, to: end }
  else intervals.push({ from: start, to: end, state, cause })
}
