import { refuse } from '@draupnir/errors'
import { addMs, DAY_MS, type Instant } from '@draupnir/time'
import { type Heartbeat, merge } from './availability.ts'

/** Heartbeats of one request. */
export const MAX_HEARTBEATS = 1000
/** How late a heartbeat may come: older hours are closed for corrections. */
export const MAX_LATENESS_DAYS = 400

/** The heartbeats to take in, merged. */
export function decideHeartbeats(heartbeats: readonly Heartbeat[], now: Instant): Heartbeat[] {
  const oldest = addMs(now, -MAX_LATENESS_DAYS * DAY_MS)
  for (const [index, { at }] of heartbeats.entries()) {
    if (at > now) refuse('device-health.heartbeat-in-future', { index, at, now })
    if (at < oldest) refuse('device-health.heartbeat-too-old', { index, at, oldest })
  }
  return merge(heartbeats)
}
