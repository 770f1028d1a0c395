import { Refusal } from '@draupnir/errors'
import { expectRejection, testClock } from '@draupnir/testing'
import { addMs, type Instant, instant } from '@draupnir/time'
import { expect, it } from 'vitest'
import { type ActivityReport, type AdvanceOptions, advanceClock } from './index.ts'

const START = instant('2026-01-01T00:00:00Z')
const HOUR = addMs(START, 3_600_000)

type Reports = Partial<ActivityReport>[]

/** A process that answers from a list, then repeats its last answer; a function answers by itself. */
function processes(list: Record<string, Reports | (() => Partial<ActivityReport>)>) {
  const moments = testClock(START)
  const set: Instant[] = []
  const options = {
    clock: {
      read: moments.read,
      set: async (to: Instant) => {
        moments.set(to)
        set.push(to)
      },
      exclusively: async <T>(_waitMs: number, work: () => Promise<T>): Promise<T | null> => work(),
    },
    participants: async () => Object.keys(list).map((name) => ({ name, url: `http://${name}` })),
    fetchActivity: async ({ name }: { name: string }): Promise<ActivityReport> => {
      const its = list[name] ?? []
      const answer = typeof its === 'function' ? its() : its.length > 1 ? its.shift() : its[0]
      return { name, counter: 0, busy: [], next_due_at: null, ...answer }
    },
    to: HOUR,
    deadlineMs: 10_000,
  } satisfies AdvanceOptions<{ name: string; url: string }>
  return { options, set, now: moments.now }
}

it('goes straight to the target when nothing is due before it', async () => {
  const { options, set } = processes({ billing: [{ next_due_at: addMs(HOUR, 1) }], ledger: [{}] })
  expect(await advanceClock(options)).toEqual({ now: HOUR, steps: 1 })
  expect(set).toEqual([HOUR])
})

it('stops at everything that is due on the way, whoever it belongs to, in order', async () => {
  const left: Record<string, number[]> = { billing: [1_000, 2_000], payout: [1_500, 3_600_000] }
  const { options, set, now } = processes({ billing: () => due('billing'), payout: () => due('payout') })
  const due = (name: string) => {
    const next = left[name]?.map((ms) => addMs(START, ms)).find((at) => at > now())
    return { next_due_at: next ?? null }
  }
  expect(await advanceClock(options)).toEqual({ now: HOUR, steps: 4 })
  expect(set).toEqual([1_000, 1_500, 2_000, 3_600_000].map((ms) => addMs(START, ms)))
})

it('waits until nobody is busy', async () => {
  let rounds = 0
  const seen: Instant[] = []
  const busy = () => {
    rounds += 1
    seen.push(now())
    return rounds < 5 ? { busy: [{ what: 'outbox', count: 2 }] } : {}
  }
  const { options, now } = processes({ billing: busy })
  expect((await advanceClock(options)).now).toBe(HOUR)
  expect(seen.slice(0, 6)).toEqual(Array(6).fill(START))
})

it('does not trust a round in which something was handled since the one before', async () => {
  const seen: Instant[] = []
  // It looks idle whenever it is asked, but messages pass through it all the while.
  const passing = () => {
    seen.push(now())
    return { counter: Math.min(seen.length, 6) }
  }
  const { options, now } = processes({ billing: passing, ledger: [{}] })
  expect((await advanceClock(options)).now).toBe(HOUR)
  expect(seen.slice(0, 7)).toEqual(Array(7).fill(START))
})

it('answers at once and without moving when it is there already', async () => {
  const { options, set } = processes({ billing: [{}] })
  expect(await advanceClock({ ...options, to: START })).toEqual({ now: START, steps: 0 })
  expect(set).toEqual([])
})

it('refuses to go back', async () => {
  const { options } = processes({ billing: [{}] })
  await expectRejection(advanceClock({ ...options, to: addMs(START, -1) }), 'clock.cannot-go-back', { now: START })
})

it('names who is busy with what when the deadline comes', async () => {
  const { options, set } = processes({ billing: [{ busy: [{ what: 'outbox', count: 2 }] }], ledger: [{}] })
  const refusal = await expectRejection(advanceClock({ ...options, deadlineMs: 30 }), 'clock.not-quiet', {
    now: START,
    waiting: [{ name: 'billing', what: 'outbox', count: 2 }],
  })
  expect(refusal.message).toBe('Not quiet in time: billing: outbox (2)')
  expect(set).toEqual([])
})

it('does not take silence for quiet', async () => {
  const { options } = processes({
    billing: () => {
      throw new Error('connection refused')
    },
  })
  const refusal = await expectRejection(advanceClock({ ...options, deadlineMs: 30 }), 'clock.not-quiet')
  expect(refusal.message).toContain('billing: unreachable: connection refused (1)')
})

it('gives up waiting for another advance', async () => {
  const { options } = processes({ billing: [{}] })
  const clock = { ...options.clock, exclusively: async () => null }
  const refusal = await expectRejection(advanceClock({ ...options, clock }), 'clock.not-quiet')
  expect(refusal).toBeInstanceOf(Refusal)
  expect(refusal.message).toContain('another advance')
})
