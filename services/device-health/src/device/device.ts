import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { Device } from '@draupnir/wire'
import { type DeviceState, type Heartbeat, silenceAt, stateAt } from '../heartbeat/availability.ts'
import type { Seller } from '../seller/seller.ts'

export type { Device }

export interface RegisterDevice {
  readonly seller_id: Id<'party'>
  readonly serial: string
  readonly sku: string
  readonly gpu_count: number
  readonly heartbeat_grace_seconds: number
}

/** A device nothing has been heard of. */
export function decideRegister(id: Id<'device'>, input: RegisterDevice, seller: Seller | null): Device {
  const { seller_id, serial, sku, gpu_count, heartbeat_grace_seconds } = input
  if (seller === null) refuse('device-health.seller-not-onboarded', { party_id: seller_id })
  if (!seller.roles.includes('seller'))
    refuse('device-health.seller-role-missing', { party_id: seller_id, roles: seller.roles })
  const state = 'unknown' as const
  return { id, seller_id, serial, sku, gpu_count, heartbeat_grace_seconds, state, last_heartbeat_at: null }
}

export interface Transition {
  readonly device: Device
  readonly change: { readonly from: DeviceState; readonly to: DeviceState; readonly at: Instant } | null
}

/** The device after its newest heartbeats (merged; the last one is the newest known) as seen at `now`. */
export function afterHeartbeats(device: Device, newest: readonly Heartbeat[], now: Instant): Transition {
  const last = newest.at(-1)
  if (last === undefined) return { device, change: null }
  const state = stateAt(last, device.heartbeat_grace_seconds, now)
  return moved({ ...device, last_heartbeat_at: last.at }, state, since(newest, device.heartbeat_grace_seconds, now))
}

/** The device at `now`, when nothing more was heard. */
export function afterSilence(device: Device, now: Instant): Transition {
  if (device.last_heartbeat_at === null) return { device, change: null }
  const silence = silenceAt(device.last_heartbeat_at, device.heartbeat_grace_seconds)
  return silence > now ? { device, change: null } : moved(device, 'down', silence)
}

function moved(device: Device, to: DeviceState, at: Instant): Transition {
  const from = device.state
  return { device: { ...device, state: to }, change: from === to ? null : { from, to, at } }
}

// When the state of now began, as far back as the given heartbeats tell.
function since(newest: readonly Heartbeat[], graceSeconds: number, now: Instant): Instant {
  let index = newest.length - 1
  let current = newest[index]
  if (current === undefined) return now
  const silence = silenceAt(current.at, graceSeconds)
  if (silence <= now) return silence
  for (index -= 1; index >= 0; index -= 1) {
    const earlier = newest[index]
    if (earlier === undefined || earlier.state !== current.state) break
    if (silenceAt(earlier.at, graceSeconds) < current.at) break
    current = earlier
  }
  return current.at
}
