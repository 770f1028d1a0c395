import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { type Child, type Exit, startChild } from './child.ts'
import { StackFailure } from './failure.ts'
import { poll } from './poll.ts'

/** One process to keep running. */
export interface ProcessSpec {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly logFile: string
  /** Answers 200 when the process is ready. */
  readonly readyUrl: string
}

export interface Supervised {
  readonly name: string
  readonly logFile: string
  /** Of the running process; 0 while there is none. */
  readonly pid: number
  readonly kill: (signal?: NodeJS.Signals) => void
  /** Stops it, starts it again (with `env` changed where given) and waits until it is ready. */
  readonly restart: (env?: Readonly<Record<string, string>>) => Promise<void>
  /** Waits for the first readiness; until then an end is a failure, shown with the last telling line of the log. */
  readonly firstReady: () => Promise<void>
  /** Resolves when the process answers its ready URL. */
  readonly ready: (timeoutMs?: number) => Promise<void>
  /** Ends it for good, or until `restart`. */
  readonly stop: () => Promise<void>
}

export interface SuperviseOptions {
  readonly print: (line: string) => void
  readonly onChange?: () => void
  /** Wait before the first restart, doubled for each one that fails at once, up to `maxBackoffMs`. */
  readonly firstBackoffMs?: number
  readonly maxBackoffMs?: number
  readonly readyTimeoutMs?: number
  /** Before a process that was asked to stop is killed. */
  readonly stopTimeoutMs?: number
}

const STEADY_MS = 30_000

/** Starts a process and keeps it running: one that exits unasked is started again after a growing pause, and said so. */
export async function supervise(spec: ProcessSpec, options: SuperviseOptions): Promise<Supervised> {
  const { firstBackoffMs = 200, maxBackoffMs = 5_000, readyTimeoutMs = 60_000, stopTimeoutMs = 10_000, print } = options
  let env = spec.env
  let child: Child | undefined
  let wanted = true
  let backoffMs = firstBackoffMs
  let generation = 0
  let steady = false

  const launch = async (): Promise<void> => {
    generation += 1
    const mine = generation
    const began = performance.now()
    const started = await startChild({ ...spec, env: { ...env, LAUNCHER_PIPE: 'stdin' }, pipe: true })
    child = started
    options.onChange?.()
    void started.exited.then(async (exit) => {
      options.onChange?.()
      if (!wanted || !steady || mine !== generation) return
      if (performance.now() - began > STEADY_MS) backoffMs = firstBackoffMs
      print(
        `${spec.name} ended (${describeExit(exit)}), starting it again in ${backoffMs / 1000} s; log: ${spec.logFile}`,
      )
      await delay(backoffMs)
      backoffMs = Math.min(backoffMs * 2, maxBackoffMs)
      if (wanted && mine === generation) await launch()
    })
  }

  const ready = async (timeoutMs = readyTimeoutMs): Promise<void> => {
    if (!(await poll(async () => ((await answers(spec.readyUrl)) ? true : undefined), timeoutMs, 50)))
      throw new StackFailure(`${spec.name} is not ready after ${timeoutMs / 1000} s: see the end of ${spec.logFile}`)
  }

  const firstReady = async (): Promise<void> => {
    const answer = await poll(
      async () => (child?.running() ? ((await answers(spec.readyUrl)) ? 'ready' : undefined) : 'ended'),
      readyTimeoutMs,
      50,
    )
    steady = answer === 'ready'
    if (steady) return
    const what = answer === 'ended' ? 'ended while starting' : `is not ready after ${readyTimeoutMs / 1000} s`
    throw new StackFailure(`${spec.name} ${what}: ${lastLine(spec.logFile)} (whole log: ${spec.logFile})`)
  }

  const stop = async (): Promise<void> => {
    wanted = false
    generation += 1
    const exit = await child?.stop(stopTimeoutMs)
    if (exit?.signal === 'SIGKILL') print(`${spec.name} did not stop when asked and was killed`)
    child = undefined
    options.onChange?.()
  }

  await launch()
  return {
    name: spec.name,
    logFile: spec.logFile,
    get pid() {
      return child?.running() ? child.pid : 0
    },
    kill: (signal = 'SIGKILL') => child?.kill(signal),
    firstReady,
    ready,
    stop,
    restart: async (changes) => {
      await stop()
      env = { ...env, ...changes }
      wanted = true
      backoffMs = firstBackoffMs
      await launch()
      await ready()
    },
  }
}

function lastLine(file: string): string {
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  const telling = lines.findLast((line) =>
    /^\w*(Error|Failure|Defect|Refusal)\b|"level":(50|60|"error"|"fatal")/.test(line),
  )
  return (telling ?? lines.at(-1) ?? '').slice(0, 400)
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}

function describeExit({ code, signal }: Exit): string {
  return signal ?? `exit code ${code}`
}
