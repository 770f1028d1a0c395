import { crashPointFromEnvironment } from './config.ts'

export type CrashPoint =
  | 'after-commit-before-publish'
  | 'after-publish-before-mark'
  | 'after-effect-before-ack'
  | 'mid-batch'
  | 'after-provider-call-before-commit'

const armed = crashPointFromEnvironment()

/** Kills this process with SIGKILL when the environment says so (`CRASH_AT`, only with `DRAUPNIR_CRASH_POINTS=1`). */
export function crashPoint(name: CrashPoint): void {
  if (armed === name) process.kill(process.pid, 'SIGKILL')
}
