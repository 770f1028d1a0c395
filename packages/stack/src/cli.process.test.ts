import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ends, inFolder } from '../test/fakes.ts'
import { poll } from './poll.ts'
import { discardPostgres } from './postgres.ts'

const cli = fileURLToPath(new URL('./cli.ts', import.meta.url))

interface Run {
  readonly child: ChildProcess
  readonly dataDir: string
  readonly output: () => string
  readonly exit: Promise<number | null>
}

async function run<T>(args: readonly string[], work: (run: Run) => Promise<T>): Promise<T> {
  return inFolder(async (folder) => {
    const dataDir = join(folder, 'data')
    const child = spawn(process.execPath, [cli, ...args, '--data', dataDir], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    let text = ''
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => {
        text += chunk
      })
    const exit = new Promise<number | null>((resolve) => child.on('exit', resolve))
    try {
      return await work({ child, dataDir, output: () => text, exit })
    } finally {
      child.kill('SIGKILL')
      await discardPostgres(join(dataDir, 'postgres'))
    }
  })
}

const says = (output: () => string, line: string) => poll(() => (output().includes(line) ? true : undefined), 30_000)

/** Postgres and nats-server of a running system. */
function serverPids(dataDir: string): number[] {
  const { children }: { children: { pid: number }[] } = JSON.parse(readFileSync(join(dataDir, 'lock.json'), 'utf8'))
  return children.map(({ pid }) => pid)
}

describe('npm start', () => {
  it('with --once ends with 0 when the system is up and has been shown', () =>
    run(['start', '--once', '--only', 'none'], async ({ exit, output }) => {
      expect(await exit).toBe(0)
      expect(output()).toMatch(/Draupnir is up after [\d.]+ s: without the gateway\nStopping …\nStopped\.\n$/)
    }))

  it('stops everything in order at Ctrl-C, pressed once or more', () =>
    run(['start', '--only', 'none'], async ({ child, exit, output, dataDir }) => {
      expect(await says(output, 'Press Ctrl-C to stop.')).toBe(true)
      const pids = serverPids(dataDir)
      child.kill('SIGINT')
      child.kill('SIGINT')
      expect(await exit).toBe(0)
      expect(output()).toMatch(/Stopping …\nStopped\.\n$/)
      for (const pid of pids) expect(await ends(pid, 0)).toBe(true)
      expect(existsSync(join(dataDir, 'lock.json'))).toBe(false)
    }))

  it('stops when the process that started it is gone', () =>
    run(['start', '--only', 'none'], async ({ child, exit, output }) => {
      expect(await says(output, 'Press Ctrl-C to stop.')).toBe(true)
      child.disconnect()
      expect(await exit).toBe(0)
    }))

  it('stops while still starting, and leaves nothing running', () =>
    run(['start', '--only', 'none'], async ({ child, exit, output, dataDir }) => {
      expect(await says(output, 'Postgres 18 is ready')).toBe(true)
      child.kill('SIGTERM')
      expect(await exit).toBe(130)
      expect(output()).toContain('Stopped while starting.')
      expect(existsSync(join(dataDir, 'lock.json'))).toBe(false)
      expect(existsSync(join(dataDir, 'postgres', 'cluster', 'postmaster.pid'))).toBe(false)
    }))

  it.each([
    [['fly'], 'Unknown command "fly": use start or verify'],
    [['start', '--bogus'], "Unknown option '--bogus': use npm start -- [--once]"],
    [['start', '--port', 'x'], '--port x is no port: give a number from 1 to 65535'],
    [['start', '--only', 'nobody'], 'There is no process named nobody'],
  ])('answers %o with one line', (args, line) =>
    run(args, async ({ exit, output }) => {
      expect(await exit).toBe(1)
      expect(output().split('\n').at(-2)).toContain(line)
    }),
  )
})
