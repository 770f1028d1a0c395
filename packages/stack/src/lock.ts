import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StackFailure } from './failure.ts'
import { poll } from './poll.ts'
import { startMark } from './process-table.ts'

interface Living {
  readonly pid: number
  readonly mark: string
}

interface LockContent {
  readonly owner: Living
  readonly children: readonly Living[]
}

export interface Lock {
  /** Writes down the processes to end should this one be killed. */
  readonly record: (pids: readonly number[]) => void
  readonly release: () => void
}

/** One system per data folder. A lock left by a killed launcher is taken over, and what it left running is ended. */
export async function acquireLock(dataDir: string): Promise<Lock> {
  mkdirSync(dataDir, { recursive: true })
  const file = fileOf(dataDir)
  for (;;) {
    if (claim(file)) return { record: (pids) => write(file, pids), release: () => rmSync(file, { force: true }) }
    const content = read(file)
    if (content !== undefined && lives(content.owner))
      throw new StackFailure(
        `Draupnir already runs on ${dataDir} (process ${content.owner.pid}): stop it with Ctrl-C or \`kill ${content.owner.pid}\``,
      )
    for (const child of content?.children ?? []) await end(child)
    rmSync(file, { force: true })
  }
}

/** The process that runs the system of `dataDir`, if one does. */
export function lockOwner(dataDir: string): number | undefined {
  const owner = read(fileOf(dataDir))?.owner
  return owner !== undefined && lives(owner) ? owner.pid : undefined
}

function fileOf(dataDir: string): string {
  return join(dataDir, 'lock.json')
}

function claim(file: string): boolean {
  // Linked when complete: nobody may read half a lock and take it for a stale one.
  const complete = `${file}.${process.pid}`
  writeFileSync(complete, content([]))
  try {
    linkSync(complete, file)
    return true
  } catch {
    return false
  } finally {
    rmSync(complete)
  }
}

function write(file: string, pids: readonly number[]): void {
  if (!existsSync(file)) return
  writeFileSync(`${file}.new`, content(pids))
  renameSync(`${file}.new`, file)
}

function content(pids: readonly number[]): string {
  const living = (pid: number): Living => ({ pid, mark: startMark(pid) ?? '' })
  return JSON.stringify({ owner: living(process.pid), children: pids.map(living) } satisfies LockContent)
}

function read(file: string): LockContent | undefined {
  try {
    const value: LockContent = JSON.parse(readFileSync(file, 'utf8'))
    return Number.isInteger(value.owner.pid) ? value : undefined
  } catch {
    return undefined
  }
}

function lives({ pid, mark }: Living): boolean {
  return mark !== '' && startMark(pid) === mark
}

async function end(child: Living): Promise<void> {
  if (!lives(child)) return
  process.kill(child.pid, 'SIGTERM')
  if ((await poll(() => (lives(child) ? undefined : true), 10_000)) === undefined) process.kill(child.pid, 'SIGKILL')
  await poll(() => (lives(child) ? undefined : true), 5_000)
}
