import { setTimeout as delay } from 'node:timers/promises'
import type { Exit } from './child.ts'

/** Postgres or nats-server, ours: started again on the same port when it ends unasked. */
export interface Infrastructure<T> {
  readonly current: () => T
  readonly kill: (signal?: NodeJS.Signals) => void
  /** Stops it (or kills it, with a signal), does `between`, and starts it again. */
  readonly restart: (between?: () => Promise<void>, signal?: NodeJS.Signals) => Promise<void>
  readonly stop: () => Promise<void>
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
  let wanted = true

  const again = async (): Promise<void> => {
    for (let pause = PAUSE_MS; wanted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      await delay(pause)
      if (!wanted) return
      try {
        server = await options.start()
        watch(server)
        await options.restarted?.(server)
        print(`${name} is back`)
        return
      } catch (error) {
        print(`${name} does not come back: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  }

  const watch = (watched: T): void => {
    void watched.exited.then(({ code, signal }) => {
      if (!wanted || server !== watched) return
      print(`${name} ended (${signal ?? `exit code ${code}`}), starting it again`)
      void again()
    })
  }

  const stop = async (): Promise<void> => {
    wanted = false
    await server.stop()
  }

  watch(server)
  return {
    current: () => server,
    kill: (signal = 'SIGKILL') => server.kill(signal),
    stop,
    restart: async (between, signal) => {
      wanted = false
      if (signal !== undefined) server.kill(signal)
      await (signal === undefined ? server.stop() : server.exited)
      await between?.()
      wanted = true
      server = await options.start()
      watch(server)
      await options.restarted?.(server)
    },
  }
}
