import { type SandboxClock, sandboxClock, systemClock } from '@draupnir/clock'
import type { TestClock } from './clock.ts'

export interface SandboxProcess {
  readonly name: string
  /** Where the shared test clock is; without it the process runs on the machine's time. */
  readonly clockDatabaseUrl: string | undefined
  readonly start: (clock: TestClock) => Promise<{ readonly url: string; stop(): Promise<void> }>
}

/** The life of a sandbox process: takes part in the test clock, ends cleanly on SIGTERM and SIGINT. */
export async function runSandbox({ name, clockDatabaseUrl, start }: SandboxProcess): Promise<void> {
  const shared = clockDatabaseUrl === undefined ? null : sandboxClock(clockDatabaseUrl)
  const running = await start(shared ?? systemClock)
  const leave = shared === null ? async () => {} : await join(shared, name, running.url)
  console.log(`${name} listens on ${running.url}`)
  let stopping = false
  const stop = async (): Promise<void> => {
    if (stopping) return
    stopping = true
    await leave()
    await running.stop()
    await shared?.close()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

// There is one process of a sandbox: the next one takes the place of one that was killed.
async function join(clock: SandboxClock, name: string, url: string): Promise<() => Promise<void>> {
  const participant = { name, instance: 'only', url }
  try {
    await clock.register(participant)
    return () => clock.unregister(participant).catch(() => {})
  } catch (error) {
    console.error(`${name}: not registered with the test clock: ${String(error)}`)
    return async () => {}
  }
}
