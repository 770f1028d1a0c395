import { setTimeout as delay } from 'node:timers/promises'
import type { Exit } from './child.ts'
import { StackFailure } from './failure.ts'
import { poll } from './poll.ts'

/** Postgres or nats-server, ours: started again on the same port when it ends unasked. */
export interface Infrastructure<T> {
  readonly current: () => T
  readonly kill: (signal?: NodeJS.Signals) => void
  /** Stops it (or kills it, with a signal), does `between`, and starts it again. */
  readonly restart: (between?: () => Promise<void>, signal?: NodeJS.Signals) => Promise<void>
  readonly stop: () => Promise<void>
  /** Resolves when it runs; after a kill, when it is back. */
  readonly ready: (timeoutMs?: number) => Promise<void>
}

interface Server {
  readonly pid: number
  readonly exited: Promise<Exit>
  readonly kill: (signal: NodeJS.Signals) => void
  readonly stop: () => Promise<void>
}

export interface KeepOptions<T> {
  readonly name: string
  readonly start: () => Promise<T>
  /** After each start but the first. */
  readonly restarted?: (server: T) => Promise<void>
  readonly print: (line: string) => void
}

const PAUSE_MS = 200
const LONGEST_PAUSE_MS = 5_000

export async function keepRunning<T extends Server>(options: KeepOptions<T>): Promise<Infrastructure<T>> {
  const { name, print } = options
  let server = await options.start()
  let up = true
  // Each wish of the caller ends the attempts that came before it.
  let wish = 0

  const bring = async (): Promise<void> => {
    server = await options.start()
    watch(server)
    await options.restarted?.(server)
    up = true
  }

  const revive = async (mine: number): Promise<void> => {
    for (let pause = PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      await delay(pause)
      if (mine !== wish) return
      try {
        await bring()
        return print(`${name} is back`)
      } catch (error) {
        print(`${name} does not come back: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  }

  const watch = (watched: T): void => {
    const mine = wish
    void watched.exited.then(({ code, signal }) => {
      up = false
      if (mine !== wish || watched !== server) return
      print(`${name} ended (${signal ?? `exit code ${code}`}), starting it again`)
      void revive(mine)
    })
  }

  const end = async (signal?: NodeJS.Signals): Promise<void> => {
    wish += 1
    if (signal !== undefined) server.kill(signal)
    await (signal === undefined ? server.stop() : server.exited)
  }

  watch(server)
  return {
    current: () => server,
    kill: (signal = 'SIGKILL') => {
      if (signal === 'SIGKILL') up = false
      server.kill(signal)
    },
    stop: () => end(),
    ready: async (timeoutMs = 30_000) => {
      if (!(await poll(() => (up ? true : undefined), timeoutMs)))
        throw new StackFailure(`${name} is not back after ${timeoutMs / 1000} s`)
    },
    restart: async (between, signal) => {
      await end(signal)
      await between?.()
      await bring()
    },
  }
}
