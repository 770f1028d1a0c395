import { newId } from '@draupnir/ids'
import { expectRefusal } from '@draupnir/testing'
import { addMs, instant, SECOND_MS } from '@draupnir/time'
import { describe, expect, it } from 'vitest'
import type { Heartbeat } from '../heartbeat/availability.ts'
import { decideHeartbeats } from '../heartbeat/heartbeat.ts'
import { afterHeartbeats, afterSilence, type Device, decideRegister } from './device.ts'

const T0 = instant('2026-01-15T09:00:00Z')
const at = (seconds: number) => addMs(T0, seconds * SECOND_MS)
const SELLER = newId('party', T0)
const input = { seller_id: SELLER, serial: 'S1', sku: 'h100', gpu_count: 8, heartbeat_grace_seconds: 60 }
const fresh = decideRegister(newId('device', T0), input, { id: SELLER, roles: ['seller'] })
const beat = (seconds: number, state: Heartbeat['state']): Heartbeat => ({ at: at(seconds), state })

describe('register', () => {
  it('makes a device nothing has been heard of', () => {
    expect(fresh).toMatchObject({ ...input, state: 'unknown', last_heartbeat_at: null })
  })

  it('refuses a seller that is not onboarded, or is none', () => {
    const register = (roles: ('buyer' | 'seller')[] | null) => () =>
      decideRegister(fresh.id, input, roles === null ? null : { id: SELLER, roles })
    expectRefusal(register(null), 'device-health.seller-not-onboarded', { party_id: SELLER })
    expectRefusal(register(['buyer']), 'device-health.seller-role-missing')
  })
})

describe('heartbeats', () => {
  const up: Device = { ...fresh, state: 'up', last_heartbeat_at: T0 }

  it('move the device to what was last said, since the first time it was said', () => {
    const { device, change } = afterHeartbeats(up, [beat(10, 'down'), beat(20, 'down')], at(30))
    expect(device).toMatchObject({ state: 'down', last_heartbeat_at: at(20) })
    expect(change).toEqual({ from: 'up', to: 'down', at: at(10) })
  })

  it('stay quiet when nothing changed', () => {
    const { device, change } = afterHeartbeats(up, [beat(10, 'down'), beat(20, 'up')], at(30))
    expect(device.last_heartbeat_at).toBe(at(20))
    expect(change).toBeNull()
  })

  it('leave a device down when they are older than the grace', () => {
    expect(afterHeartbeats(fresh, [beat(0, 'up')], at(60)).change).toEqual({ from: 'unknown', to: 'down', at: at(60) })
  })

  it('begin anew after a silence between them', () => {
    const { change } = afterHeartbeats(fresh, [beat(0, 'up'), beat(100, 'up')], at(110))
    expect(change).toEqual({ from: 'unknown', to: 'up', at: at(100) })
  })

  it('are refused from the future, and when too old', () => {
    const refused = (seconds: number) => () => decideHeartbeats([beat(0, 'up'), beat(seconds, 'up')], T0)
    expectRefusal(refused(1), 'device-health.heartbeat-in-future', { index: 1 })
    expectRefusal(refused(-401 * 86_400), 'device-health.heartbeat-too-old', { index: 1 })
    expect(decideHeartbeats([beat(0, 'up'), beat(0, 'up')], T0)).toHaveLength(1)
  })
})

describe('silence', () => {
  const up: Device = { ...fresh, state: 'up', last_heartbeat_at: T0 }

  it('takes the device down at the end of the grace', () => {
    expect(afterSilence(up, at(60)).change).toEqual({ from: 'up', to: 'down', at: at(60) })
  })

  it('stays quiet before, when never heard, and when down already', () => {
    expect(afterSilence(up, at(59)).change).toBeNull()
    expect(afterSilence(fresh, at(60)).change).toBeNull()
    expect(afterSilence({ ...up, state: 'down' }, at(60)).change).toBeNull()
  })
})
