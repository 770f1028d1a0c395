import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { eventually } from '@draupnir/testing'

const MAIN = fileURLToPath(new URL('./tiny/main.ts', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface ServiceProcess {
  readonly child: ChildProcessWithoutNullStreams
  readonly ended: Promise<Ended>
  readonly stdout: () => string
  readonly stderr: () => string
  /** Where it listens, once it does. */
  readonly url: () => Promise<string>
}

/** Spawns the tiny service as the launcher would: nothing but its own environment. */
export function spawnService(env: Readonly<Record<string, string>>): ServiceProcess {
  const child = spawn(process.execPath, [MAIN], { env: { PATH: '/usr/bin:/bin', ...env } })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk
  })
  const ended = new Promise<Ended>((resolve) => child.once('close', (code, signal) => resolve({ code, signal })))
  return {
    child,
    ended,
    stdout: () => stdout,
    stderr: () => stderr,
    url: () =>
      eventually(() => {
        const url = /"url":"(http:[^"]+)".*"msg":"started"/.exec(stdout)?.[1]
        if (url === undefined) throw new Error(`not started: ${stdout}${stderr}`)
        return url
      }, 20_000),
  }
}
