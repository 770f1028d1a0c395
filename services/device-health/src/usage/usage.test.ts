import { instant } from '@draupnir/time'
import { describe, expect, it } from 'vitest'
import type { Heartbeat } from '../heartbeat/availability.ts'
import { buckets, hoursOf, meter, runsOf, type Service, touchedBy } from './usage.ts'

const at = (clock: string) => instant(`2026-01-15T${clock}Z`)
const beat = (clock: string, state: Heartbeat['state'] = 'up'): Heartbeat => ({ at: at(clock), state })
const H9 = at('09:00:00')
const H10 = at('10:00:00')
const H11 = at('11:00:00')
const always: Service = { from: instant('2026-01-01T00:00:00Z'), until: null }

function metered(beats: readonly Heartbeat[], change: Partial<Parameters<typeof meter>[2]> = {}, service = always) {
  const certainUntil = beats.at(-1)?.at ?? H9
  const totals = meter(beats, [service], { gpuCount: 8, graceSeconds: 3600, certainUntil, ...change }, [H9, H10])
  return [totals.get(H9), totals.get(H10)]
}

describe('meter', () => {
  it('counts GPU-seconds of each hour up to the latest heartbeat', () => {
    expect(metered([beat('09:00:00'), beat('09:30:00'), beat('10:15:00')])).toEqual([3600 * 8, 900 * 8])
  })

  it('counts degraded time, not down or maintenance', () => {
    const beats = [
      beat('09:00:00', 'degraded'),
      beat('09:10:00', 'down'),
      beat('09:20:00', 'maintenance'),
      beat('09:30:00'),
    ]
    expect(metered([...beats, beat('09:31:00')])).toEqual([(600 + 60) * 8, 0])
  })

  it('counts the grace before a silence, and nothing of the silence', () => {
    expect(metered([beat('09:00:00'), beat('10:30:00')], { graceSeconds: 600 })).toEqual([600 * 8, 0])
  })

  it('counts nothing of what comes after the latest heartbeat', () => {
    expect(metered([beat('09:10:00')])).toEqual([0, 0])
  })

  it('counts nothing uncertain though the end of the service is known', () => {
    const service = { from: at('09:00:00'), until: at('10:30:00') }
    expect(metered([beat('09:00:00'), beat('09:10:00')], {}, service)).toEqual([600 * 8, 0])
  })

  it('counts only while the device serves the line', () => {
    const beats = [beat('09:00:00'), beat('10:00:00'), beat('10:59:00')]
    const service = { from: at('09:45:00'), until: at('10:05:00') }
    expect(metered(beats, {}, service)).toEqual([900 * 8, 300 * 8])
  })

  it('drops parts of a second in favour of the buyer', () => {
    expect(metered([beat('09:00:00'), beat('09:00:01.999')], { gpuCount: 1 })).toEqual([1, 0])
  })

  it('knows nothing without heartbeats', () => {
    expect(metered([])).toEqual([0, 0])
  })
})

describe('buckets', () => {
  it('publishes the difference with the next revision', () => {
    const totals = new Map([
      [H9, 100],
      [H10, 50],
      [H11, 7],
    ])
    const recorded = [
      { hour: H9, revision: 2, total: 130 },
      { hour: H10, revision: 1, total: 50 },
    ]
    expect(buckets(totals, recorded)).toEqual([
      { hour: H9, revision: 3, delta_gpu_seconds: -30, total_gpu_seconds: 100 },
      { hour: H11, revision: 1, delta_gpu_seconds: 7, total_gpu_seconds: 7 },
    ])
  })

  it('is silent about an hour that stays empty', () => {
    expect(buckets(new Map([[H9, 0]]), [])).toEqual([])
  })
})

describe('hours', () => {
  it('touches the hours back to the heartbeat before and on to the one after, each within the grace', () => {
    const around = { before: at('09:00:00'), after: at('11:30:00') }
    expect(touchedBy(at('10:00:00'), around, 7200)).toEqual([
      { from: at('09:00:00'), to: at('10:00:00') },
      { from: at('10:00:00'), to: at('11:30:00') },
    ])
    expect(touchedBy(at('10:00:00'), around, 60)).toEqual([
      { from: at('09:00:00'), to: at('09:01:00') },
      { from: at('10:00:00'), to: at('10:01:00') },
    ])
  })

  it('lists each hour once, in order, and none for an empty period', () => {
    const period = { from: at('09:30:00'), to: at('10:30:00') }
    expect(hoursOf(period, { from: H10, to: H11 }, { from: H9, to: H9 })).toEqual([H9, H10])
  })

  it('cuts hours into runs without gaps, of limited length', () => {
    expect(runsOf([H9, H10, at('12:00:00')], 10)).toEqual([[H9, H10], [at('12:00:00')]])
    expect(runsOf([H9, H10, H11], 2)).toEqual([[H9, H10], [H11]])
  })
})
