import { refuse } from '@draupnir/errors'
import type { Instant } from '@draupnir/time'
import { askRound, type FetchActivity, isQuiet, type Named, type Round, type Waiting } from './rounds.ts'
import type { SandboxClock } from './sandbox-clock.ts'

export interface AdvanceOptions<P extends Named> {
  readonly clock: Pick<SandboxClock, 'read' | 'set' | 'exclusively'>
  /** Asked anew in every round: processes come and go. */
  readonly participants: () => Promise<readonly P[]>
  readonly fetchActivity: FetchActivity<P>
  readonly to: Instant
  /** Milliseconds of real time for the whole advance. */
  readonly deadlineMs: number
}

export interface Advanced {
  readonly now: Instant
  /** How often the clock moved. */
  readonly steps: number
}

const FIRST_PAUSE_MS = 1
const LONGEST_PAUSE_MS = 25
const ROUND_TIMEOUT_MS = 5_000

/**
 * Moves the test clock to `to` through every timer that is due on the way, each moment quiet before the next.
 * Refuses `clock.cannot-go-back`, and `clock.not-quiet` at the deadline; the clock then stays where it got to.
 */
export async function advanceClock<P extends Named>(options: AdvanceOptions<P>): Promise<Advanced> {
  const deadline = performance.now() + options.deadlineMs
  const advanced = await options.clock.exclusively(options.deadlineMs, () => advance(options, deadline))
  return advanced ?? refuseNotQuiet(options, [{ name: 'clock', what: 'another advance', count: 1 }])
}

async function advance<P extends Named>(options: AdvanceOptions<P>, deadline: number): Promise<Advanced> {
  const { clock, to } = options
  let now = await clock.read()
  if (to < now) refuse('clock.cannot-go-back', { now, to })
  for (let steps = 0; ; steps += 1) {
    const { nextDueAt } = await untilQuiet(options, deadline)
    if (now === to) return { now, steps }
    // A moment already past cannot be waited for by moving on: it is busy, or it was given up.
    now = nextDueAt !== null && nextDueAt > now && nextDueAt < to ? nextDueAt : to
    await clock.set(now)
  }
}

async function untilQuiet<P extends Named>(options: AdvanceOptions<P>, deadline: number): Promise<Round> {
  let before: Round | null = null
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const leftMs = deadline - performance.now()
    const timeoutMs = Math.max(50, Math.min(ROUND_TIMEOUT_MS, leftMs))
    const round = await askRound(await options.participants(), options.fetchActivity, timeoutMs)
    if (isQuiet(before, round)) return round
    if (performance.now() >= deadline) return refuseNotQuiet(options, round.waiting)
    // A first silent round is checked at once; otherwise somebody is given the time to work.
    if (round.waiting.length > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
    before = round
  }
}

async function refuseNotQuiet<P extends Named>(
  { clock, to }: AdvanceOptions<P>,
  waiting: readonly Waiting[],
): Promise<never> {
  const list = waiting.map(({ name, what, count }) => ({ name, what, count }))
  const who = list.map(({ name, what, count }) => `${name}: ${what} (${count})`).join(', ')
  return refuse(
    'clock.not-quiet',
    { now: await clock.read(), to, waiting: list },
    `Not quiet in time: ${who || 'counters still move'}`,
  )
}
