import { attempt, type Context, type Db, isPassingFailure } from '@draupnir/db'
import { Transient } from '@draupnir/errors'
import { addMs, type Instant } from '@draupnir/time'
import { askedDelayMs, delayAfter, describeError, refusalOutcome, timerBackoff } from './backoff.ts'
import type { TimerDefinition } from './definitions.ts'
import type { Postponed } from './postponed.ts'
import { claimTimer, endTimer, recordFailure, type TimerRow } from './timer.store.ts'
import { contextOf, Superseded, type Workshop } from './work.ts'

/** Runs the earliest due timer; false when none is due. */
export async function runTimer<C extends Context>(
  shop: Workshop<C>,
  definitions: ReadonlyMap<string, TimerDefinition<C>>,
  postponed: Postponed,
): Promise<boolean> {
  if (definitions.size === 0) return false
  const now = await shop.clock.read()
  let claimed: TimerRow | null = null
  try {
    return await shop.db.transaction(async (db) => {
      const row = await claimTimer(db, now, [...definitions.keys()], postponed.ids())
      if (row === null || row === 'lost') return row === 'lost'
      claimed = row
      shop.count()
      await runClaimed(shop, definitions, db, now, row)
      return true
    })
  } catch (error) {
    if (error instanceof Superseded) return true
    const row: TimerRow | null = claimed
    if (row === null) throw error
    postpone(shop, postponed, row, error)
    return true
  } finally {
    if (claimed !== null) shop.count()
  }
}

async function runClaimed<C extends Context>(
  shop: Workshop<C>,
  definitions: ReadonlyMap<string, TimerDefinition<C>>,
  db: Db,
  now: Instant,
  row: TimerRow,
): Promise<void> {
  const ctx = contextOf(shop, db, now, row)
  try {
    await attempt(ctx, async (inner) => {
      await definitions.get(row.kind)?.run(inner, row.data)
      // What a deferred constraint refuses must be the failure of this timer, not of the commit.
      await inner.db.sql`set constraints all immediate`
    })
  } catch (error) {
    if (isPassingFailure(error) && !(error instanceof Transient)) throw error
    return settleFailure(shop, db, now, row, error)
  }
  if (!(await endTimer(db, row))) throw new Superseded()
}

async function settleFailure<C extends Context>(
  shop: Workshop<C>,
  db: Db,
  now: Instant,
  row: TimerRow,
  error: unknown,
): Promise<void> {
  const fields = { err: error, timer: row.id, kind: row.kind, key: row.key, attempt: row.attempt + 1 }
  if (refusalOutcome(error) === 'ack') {
    shop.log.info(fields, 'timer had nothing to do')
    await endTimer(db, row)
    return
  }
  const delayMs = delayAfter(timerBackoff(error), row.attempt + 1) ?? 0
  shop.log.error(fields, 'timer failed')
  await recordFailure(db, row, describeError(error), addMs(now, Math.max(delayMs, askedDelayMs(error))))
}

/** Postgres failed, not the timer: it is tried again soon in real time, and others go first. */
function postpone<C extends Context>(shop: Workshop<C>, postponed: Postponed, row: TimerRow, error: unknown): void {
  const delayMs = postponed.add(row.id)
  shop.log.warn({ err: error, timer: row.id, kind: row.kind, delayMs }, 'timer will be tried again')
}
