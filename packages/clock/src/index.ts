export { type Advanced, type AdvanceOptions, advanceClock } from './advance.ts'
export type { Backoff } from './backoff.ts'
export { type Clock, systemClock } from './clock.ts'
export {
  type ActivityDefinition,
  type ActivityOptions,
  activity,
  type DataSchema,
  type Definition,
  type FollowerDefinition,
  type FollowerOptions,
  follower,
  type SweepContext,
  type SweepDefinition,
  sweep,
  type TimerDefinition,
  timer,
} from './definitions.ts'
export { CLOCK_MIGRATIONS, TIMER_MIGRATIONS } from './migrations.ts'
export type { ActivityReport, FetchActivity, Waiting } from './rounds.ts'
export { startTimerRunner, type TimerRunner, type TimerRunnerOptions } from './runner.ts'
export { type Participant, provisionTestClock, type SandboxClock, sandboxClock } from './sandbox-clock.ts'
export { cancel, type Schedule, schedule } from './schedule.ts'
export { retryTimer } from './timer.store.ts'
export { type Busy, type TimerActivity, timerActivity } from './timer-activity.ts'
export type { ContextFor, WorkOrigin } from './work.ts'
