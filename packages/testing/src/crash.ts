import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { CrashPoint } from '@draupnir/db'

export interface ScriptOptions {
  /** A TypeScript file to run with this Node. */
  readonly script: URL
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export interface ScriptEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly output: string
}

export interface RunningScript {
  readonly pid: number
  readonly kill: (signal: NodeJS.Signals) => void
  /** Resolves when it printed `line`; rejects when it ended before. */
  readonly printed: (line: string) => Promise<void>
  readonly ended: Promise<ScriptEnd>
}

/** Runs a script until it ends or is killed. */
export function startScript({ script, args = [], env = {} }: ScriptOptions): RunningScript {
  const child = spawn(process.execPath, [fileURLToPath(script), ...args], {
    env: { ...env, PATH: '/usr/bin:/bin', NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const listeners = new Set<() => void>()
  const take = (chunk: Buffer) => {
    output += chunk.toString()
    for (const listener of listeners) listener()
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const ended = new Promise<ScriptEnd>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, output }))
  })
  const printed = (line: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => void (output.split('\n').includes(line) && resolve())
      listeners.add(look)
      look()
      void ended.then(() => reject(new Error(`ended before it printed ${line}:\n${output}`)))
    })
  return { pid: child.pid ?? 0, kill: (signal) => void child.kill(signal), printed, ended }
}

/** Runs a script that kills itself at `point`, on its `passing`-th passing; fails when it ends in any other way. */
export async function runUntilCrash(point: CrashPoint, options: ScriptOptions, passing = 1): Promise<void> {
  const env = { ...options.env, DRAUPNIR_CRASH_POINTS: '1', CRASH_AT: `${point}:${passing}` }
  const { code, signal, output } = await startScript({ ...options, env }).ended
  if (signal !== 'SIGKILL') throw new Error(`did not crash at ${point} but ended with ${code ?? signal}:\n${output}`)
}
