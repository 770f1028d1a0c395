import { crashAt } from './config.ts'

/** The places where a crash test may kill a process: each lies between two effects that must not part. */
export type CrashPoint =
  | 'after-commit-before-publish'
  | 'after-publish-before-mark'
  | 'after-effect-before-ack'
  | 'mid-batch'
  | 'after-provider-call-before-commit'
  | 'after-commit-before-answer'

const [chosen, passing = '1'] = crashAt().split(':')
let passed = 0

/** Ends the process by SIGKILL when a crash test chose this point; otherwise does nothing. */
export function crashPoint(point: CrashPoint): void {
  if (point !== chosen) return
  passed += 1
  if (passed === Number(passing)) process.kill(process.pid, 'SIGKILL')
}
