import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { forgetOrphan, watchForOrphan } from './guard.ts'

export interface ChildOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly uid?: number
  readonly gid?: number
  /** Receives standard output and error; appended. */
  readonly logFile: string
  /** Gives it a standard input that ends when this process does, in whatever way. */
  readonly pipe?: boolean
  /** What asks the process to stop in order; default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface Child {
  readonly pid: number
  readonly exited: Promise<Exit>
  readonly running: () => boolean
  readonly kill: (signal: NodeJS.Signals) => void
  /** Sends the stop signal, and SIGKILL after `timeoutMs` (default 10,000). Resolves when it is gone. */
  readonly stop: (timeoutMs?: number) => Promise<Exit>
}

/** Starts a process in a group of its own (Ctrl-C reaches only the launcher) that never outlives this one. */
export async function startChild(options: ChildOptions): Promise<Child> {
  mkdirSync(dirname(options.logFile), { recursive: true })
  const log = openSync(options.logFile, 'a')
  const process_ = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env,
    uid: options.uid,
    gid: options.gid,
    detached: true,
    stdio: [options.pipe ? 'pipe' : 'ignore', log, log],
  })
  closeSync(log)
  const pid = await spawned(process_)
  unrefStream(process_.stdin)
  watchForOrphan(pid, options.stopSignal ?? 'SIGTERM')
  const exited = new Promise<Exit>((resolve) => {
    process_.once('exit', (code, signal) => {
      forgetOrphan(pid)
      resolve({ code, signal })
    })
  })
  const running = () => process_.exitCode === null && process_.signalCode === null
  const kill = (signal: NodeJS.Signals) => {
    if (running()) process_.kill(signal)
  }
  const stop = async (timeoutMs = 10_000) => {
    kill(options.stopSignal ?? 'SIGTERM')
    const timer = setTimeout(() => kill('SIGKILL'), timeoutMs)
    const exit = await exited
    clearTimeout(timer)
    return exit
  }
  return { pid, exited, running, kill, stop }
}

/** The pipe must not keep this process alive. */
function unrefStream(stream: object | null): void {
  if (stream !== null && 'unref' in stream && typeof stream.unref === 'function') stream.unref()
}

function spawned(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('spawn', () => (child.pid === undefined ? reject(new Error('no pid')) : resolve(child.pid)))
  })
}
