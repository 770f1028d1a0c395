import { addMs, type Instant, instant, SECOND_MS } from '@draupnir/time'
import { describe, expect, it } from 'vitest'
import { availability, merge, stateAt, worse } from './availability.ts'

const T0 = instant('2026-01-15T09:00:00Z')
const at = (seconds: number): Instant => addMs(T0, seconds * SECOND_MS)
const GRACE = 60

describe('availability', () => {
  const log = (
    beats: readonly (readonly [number, 'up' | 'degraded' | 'down' | 'maintenance'])[],
    from: number,
    to: number,
  ) =>
    availability(
      beats.map(([seconds, state]) => ({ at: at(seconds), state })),
      GRACE,
      { from: at(from), to: at(to) },
    ).map(
      (one) =>
        `${(Date.parse(one.from) - Date.parse(T0)) / 1000}-${(Date.parse(one.to) - Date.parse(T0)) / 1000} ${one.state} ${one.cause}`,
    )

  it('holds a state until the next heartbeat', () => {
    expect(
      log(
        [
          [0, 'up'],
          [30, 'degraded'],
          [50, 'up'],
        ],
        0,
        60,
      ),
    ).toEqual(['0-30 up heartbeat', '30-50 degraded heartbeat', '50-60 up heartbeat'])
  })

  it('joins what continues', () => {
    expect(
      log(
        [
          [0, 'up'],
          [30, 'up'],
          [60, 'up'],
        ],
        0,
        100,
      ),
    ).toEqual(['0-100 up heartbeat'])
  })

  it('is down once the grace is over, until something is heard', () => {
    expect(
      log(
        [
          [0, 'up'],
          [90, 'up'],
        ],
        0,
        100,
      ),
    ).toEqual(['0-60 up heartbeat', '60-90 down silence', '90-100 up heartbeat'])
  })

  it('is not silent when the next heartbeat comes exactly at the end of the grace', () => {
    expect(
      log(
        [
          [0, 'up'],
          [60, 'up'],
        ],
        0,
        100,
      ),
    ).toEqual(['0-100 up heartbeat'])
  })

  it('tells a reported outage from silence', () => {
    expect(log([[0, 'down']], 0, 100)).toEqual(['0-60 down heartbeat', '60-100 down silence'])
  })

  it('knows nothing before the first heartbeat', () => {
    expect(log([[30, 'up']], 0, 60)).toEqual(['0-30 unknown none', '30-60 up heartbeat'])
    expect(log([], 0, 60)).toEqual(['0-60 unknown none'])
  })

  it('begins with what was said before the period', () => {
    expect(log([[-30, 'up']], 0, 60)).toEqual(['0-30 up heartbeat', '30-60 down silence'])
    expect(log([[-90, 'up']], 0, 60)).toEqual(['0-60 down silence'])
  })
})

describe('merge', () => {
  it('takes the worse of two reports of one moment, in either order', () => {
    const up = { at: T0, state: 'up' } as const
    const degraded = { at: T0, state: 'degraded' } as const
    expect(merge([up, degraded])).toEqual([degraded])
    expect(merge([degraded, up])).toEqual([degraded])
    expect(worse('maintenance', 'down')).toBe('down')
  })
})

describe('stateAt', () => {
  it('is what was last said, until the grace is over', () => {
    const last = { at: T0, state: 'maintenance' } as const
    expect(stateAt(null, GRACE, T0)).toBe('unknown')
    expect(stateAt(last, GRACE, at(59))).toBe('maintenance')
    expect(stateAt(last, GRACE, at(60))).toBe('down')
  })
})
