import { sandboxClock, systemClock } from '@draupnir/clock'
import type { TestClock } from './clock.ts'

export interface SandboxProcess {
  readonly name: string
  /** Where the shared test clock is; without it the process runs on the machine's time. */
  readonly clockDatabaseUrl: string | undefined
  readonly start: (clock: TestClock) => Promise<{ readonly url: string; stop(): Promise<void> }>
}

/** The life of a sandbox process, to its clean end on SIGTERM or SIGINT. Whoever moves the clock knows it by its URL. */
export async function runSandbox({ name, clockDatabaseUrl, start }: SandboxProcess): Promise<void> {
  const shared = clockDatabaseUrl === undefined ? null : sandboxClock(clockDatabaseUrl)
  const running = await start(shared ?? systemClock)
  console.log(`${name} listens on ${running.url}`)
  let stopping = false
  const stop = async (): Promise<void> => {
    if (stopping) return
    stopping = true
    await running.stop()
    await shared?.close()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}
