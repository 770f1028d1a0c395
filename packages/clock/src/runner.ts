import type { Context, Db, Log } from '@draupnir/db'
import { assert } from '@draupnir/errors'
import type { Clock } from './clock.ts'
import type { Definition } from './definitions.ts'
import { type Lanes, startLanes } from './lanes.ts'
import { createPostponed } from './postponed.ts'
import { runActivity } from './run-activity.ts'
import { followerActivity, runFollower } from './run-follower.ts'
import { ensureSweeps, runSweep } from './run-sweep.ts'
import { runTimer } from './run-timer.ts'
import { type TimerActivity, timerActivity } from './timer-activity.ts'
import { onWake } from './wake.ts'
import type { ContextFor, Workshop } from './work.ts'

export interface TimerRunnerOptions<C extends Context> {
  readonly db: Db
  readonly clock: Clock
  readonly definitions: readonly Definition<C>[]
  readonly contextFor: ContextFor<C>
  readonly log: Log
  /** Milliseconds between looks at the table when nobody wakes the runner; 500 by default. */
  readonly pollMs?: number
  /** Milliseconds after which another replica takes over an activity whose process died; 10 s by default. */
  readonly leaseMs?: number
  /** Timers, and activities, that may run at once; 4 and 8 by default. */
  readonly timerLanes?: number
  readonly activityLanes?: number
}

export interface TimerRunner {
  /** Looks at the table now. */
  readonly wake: () => void
  /** Grows with every timer, activity, sweep and run of a follower begun or ended here. */
  readonly counter: () => number
  /** What is due or under way in the whole service at the time of the clock, and what comes next. */
  readonly activity: () => Promise<TimerActivity>
  /** Waits for what is under way. */
  readonly stop: () => Promise<void>
}

/** Starts to run the timers, activities, sweeps and followers of a service; any number of replicas may do so. */
export function startTimerRunner<C extends Context>(options: TimerRunnerOptions<C>): TimerRunner {
  const { db, clock, definitions, contextFor, log, pollMs = 500, leaseMs = 10_000 } = options
  let counter = 0
  const count = () => {
    counter += 1
  }
  const shop: Workshop<C> = { db, clock, contextFor, log, leaseMs, count }
  const timers = byKind(definitions, (definition) => definition.type === 'timer')
  const activities = byKind(definitions, (definition) => definition.type === 'activity')
  const sweeps = byKind(definitions, (definition) => definition.type === 'sweep')
  const followers = byKind(definitions, (definition) => definition.type === 'follower')
  const kinds = timers.size + activities.size + sweeps.size + followers.size
  assert(kinds === definitions.length, 'a kind of timer is defined twice')

  const onError = (error: unknown, delayMs: number) =>
    log.error({ err: error, delayMs }, 'timers cannot run, trying again')
  let starting = sweeps.size > 0
  const sweepStep = async () => {
    if (starting) await ensureSweeps(shop, sweeps)
    starting = false
    return runSweep(shop, sweeps)
  }
  const wake = () => {
    for (const lane of lanes) lane.wake()
  }
  const postponed = createPostponed(wake)
  const lanes: Lanes[] = []
  const start = (size: number, step: () => Promise<boolean>, count: number) => {
    if (size > 0) lanes.push(startLanes({ step, lanes: count, pollMs, onError }))
  }
  start(timers.size, () => runTimer(shop, timers, postponed), options.timerLanes ?? 4)
  start(activities.size, () => runActivity(shop, activities), options.activityLanes ?? 8)
  start(sweeps.size, sweepStep, 1)
  start(followers.size, () => runFollower(shop, followers), 1)
  const forget = onWake(wake)
  return {
    wake,
    counter: () => counter,
    activity: async () => {
      const wasStarting = starting
      const now = await clock.read()
      const [timed, trailing] = await Promise.all([timerActivity(db, now), followerActivity(db, now, followers)])
      const found = { ...timed, busy: [...timed.busy, ...trailing] }
      // The clock may just have moved: the poll alone would notice it late.
      if (found.busy.length > 0) wake()
      // New sweeps are due, but the table does not say so yet.
      return wasStarting ? { ...found, busy: [...found.busy, { what: 'sweeps starting', count: 1 }] } : found
    },
    stop: async () => {
      forget()
      await Promise.all(lanes.map((lane) => lane.stop()))
    },
  }
}

function byKind<D extends { readonly kind: string }, E extends D>(
  definitions: readonly D[],
  is: (definition: D) => definition is E,
): ReadonlyMap<string, E> {
  return new Map(definitions.filter(is).map((definition) => [definition.kind, definition]))
}
