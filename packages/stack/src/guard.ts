import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

let guard: ChildProcess | undefined

/** Has `pid` stopped with `signal` when this process dies in whatever way, SIGKILL included. */
export function watchForOrphan(pid: number, signal: NodeJS.Signals): void {
  tell(`watch ${pid} ${signal.replace('SIG', '')}`)
}

/** Ends the watch: the process has exited. */
export function forgetOrphan(pid: number): void {
  tell(`forget ${pid}`)
}

function tell(line: string): void {
  guard ??= startGuard()
  guard.stdin?.write(`${line}\n`)
}

function startGuard(): ChildProcess {
  const child = spawn('sh', [fileURLToPath(new URL('./guard.sh', import.meta.url))], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.on('error', () => {})
  child.stdin.on('error', () => {})
  child.unref()
  // The pipe must not keep this process alive; its end is what the guard waits for.
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref()
  return child
}
