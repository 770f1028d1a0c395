import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { poll } from '../src/poll.ts'
import { freePort } from '../src/ports.ts'
import { startMark } from '../src/process-table.ts'
import type { ProcessSpec } from '../src/supervisor.ts'

/** A supervised stand-in for a service, its log and notes in `folder`. */
export async function fakeSpec(name: string, folder: string, port?: number, env = {}): Promise<ProcessSpec> {
  const own = port ?? (await freePort())
  return {
    name,
    command: process.execPath,
    args: [fileURLToPath(new URL('./fake-process.ts', import.meta.url))],
    cwd: folder,
    env: { PORT: String(own), SERVICE_NAME: name, NOTES: join(folder, 'notes'), ...env },
    logFile: join(folder, 'logs', `${name}.log`),
    readyUrl: `http://127.0.0.1:${own}/readyz`,
  }
}

/** A folder that is gone when `work` has ended. Its name has a space, as any path may. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'draupnir test '))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Whether the process ends within `timeoutMs`. */
export async function ends(pid: number, timeoutMs = 15_000): Promise<boolean> {
  return (await poll(() => (startMark(pid) === undefined ? true : undefined), timeoutMs, 20)) ?? false
}
