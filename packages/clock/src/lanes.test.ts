import { eventually } from '@draupnir/testing'
import { afterEach, expect, it } from 'vitest'
import { type Lanes, type LanesOptions, startLanes } from './lanes.ts'

const started: Lanes[] = []
afterEach(async () => {
  await Promise.all(started.splice(0).map((lanes) => lanes.stop()))
})

function start(options: Pick<LanesOptions, 'step'> & Partial<LanesOptions>): Lanes {
  const lanes = startLanes({ lanes: 2, pollMs: 60_000, onError: () => undefined, ...options })
  started.push(lanes)
  return lanes
}

it('works in as many lanes as there is work for, and no more', async () => {
  let left = 20
  let active = 0
  let most = 0
  const step = async () => {
    if (left === 0) return false
    left -= 1
    active += 1
    most = Math.max(most, active)
    await new Promise((resolve) => setImmediate(resolve))
    active -= 1
    return true
  }
  start({ step, lanes: 3 })
  await eventually(() => left === 0 && active === 0)
  expect(most).toBe(3)
})

it('looks again when woken during a step that found nothing', async () => {
  const found: boolean[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const lanes = start({
    lanes: 1,
    step: async () => {
      if (found.length === 0) await promise
      found.push(false)
      return false
    },
  })
  lanes.wake()
  resolve()
  await eventually(() => found.length === 2)
})

it('goes on after a failure', async () => {
  const errors: unknown[] = []
  let tries = 0
  const step = async () => {
    tries += 1
    if (tries === 1) throw new Error('no database')
    return false
  }
  start({ step, onError: (error) => void errors.push(error) })
  await eventually(() => tries === 2)
  expect(errors).toEqual([new Error('no database')])
})

it('ends what is under way before it stops', async () => {
  let ended = false
  const { promise, resolve } = Promise.withResolvers<void>()
  const lanes = start({
    step: async () => {
      await promise
      ended = true
      return true
    },
  })
  const stopping = lanes.stop()
  resolve()
  await stopping
  expect(ended).toBe(true)
})
