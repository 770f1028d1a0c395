import type { Instant } from '@draupnir/time'
import type { TestClock } from '../clock.ts'
import type { Database, Sql } from '../database.ts'
import { type OneAtATime, oneAtATime } from '../one-at-a-time.ts'
import type { Work, WorkHandler } from './work.ts'

export interface WorkerOptions {
  readonly database: Database
  readonly clock: TestClock
  readonly handlers: Readonly<Record<string, WorkHandler>>
  readonly onDone: () => void
  readonly onError: (error: unknown, work: string) => void
}

/** A pass does everything due at the clock's reading, in due order. */
export function createWorker(options: WorkerOptions): OneAtATime {
  return oneAtATime(async () => {
    const now = await options.clock.read()
    const failed: number[] = []
    while (await doNext(options, now, failed)) options.onDone()
  })
}

async function doNext(
  { database, handlers, onError }: WorkerOptions,
  now: Instant,
  failed: number[],
): Promise<boolean> {
  let current: (Work & { id: number }) | undefined
  try {
    return await database.transaction(async (tx) => {
      current = await next(tx, now, failed)
      if (!current) return false
      const handler = handlers[current.kind]
      if (!handler) throw new Error(`no handler for ${current.kind}`)
      await tx`delete from sandbox.due_work where id = ${current.id}`
      await handler(tx, current)
      return true
    })
  } catch (error) {
    if (!current) throw error
    failed.push(current.id)
    onError(error, `${current.kind} ${current.key}`)
    await database.sql`
      update sandbox.due_work set failures = failures + 1, last_error = ${String(error).slice(0, 500)} where id = ${current.id}`
    return true
  }
}

async function next(tx: Sql, now: Instant, failed: number[]): Promise<(Work & { id: number }) | undefined> {
  const [work] = await tx<(Work & { id: number })[]>`
    select id, kind, key, due_at as "dueAt", data from sandbox.due_work
    where due_at <= ${now} and id <> all(${failed}::bigint[])
    order by due_at, id limit 1 for update skip locked`
  return work
}
