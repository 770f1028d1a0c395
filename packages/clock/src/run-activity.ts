import { attempt, type Context, crashPoint, isPassingFailure } from '@draupnir/db'
import { Transient } from '@draupnir/errors'
import { addMs, type Instant } from '@draupnir/time'
import { activityBackoff, askedDelayMs, delayAfter, describeError } from './backoff.ts'
import type { ActivityDefinition } from './definitions.ts'
import { whileLeased, withinMs } from './lease.ts'
import { claimActivity, endActivity, recordFailure, releaseLease, renewLease, type TimerRow } from './timer.store.ts'
import { contextOf, Superseded, type Workshop } from './work.ts'

const SETTLE_TRIES = 5

/** Claims, performs and settles the earliest due activity; false when none is due. */
export async function runActivity<C extends Context>(
  shop: Workshop<C>,
  definitions: ReadonlyMap<string, ActivityDefinition<C>>,
): Promise<boolean> {
  if (definitions.size === 0) return false
  const now = await shop.clock.read()
  const row = await claimActivity(shop.db, now, [...definitions.keys()], shop.leaseMs)
  const definition = row === null ? undefined : definitions.get(row.kind)
  if (row === null || definition === undefined) return false
  shop.count()
  try {
    await whileLeased(
      shop.leaseMs,
      () => renewLease(shop.db, row, shop.leaseMs),
      () => performAndSettle(shop, definition, now, row),
    )
  } finally {
    shop.count()
  }
  return true
}

async function performAndSettle<C extends Context>(
  shop: Workshop<C>,
  definition: ActivityDefinition<C>,
  now: Instant,
  row: TimerRow,
): Promise<void> {
  try {
    const call = definition.perform(contextOf(shop, shop.db, now, row), row.data, row.attempt + 1)
    const settle = await withinMs(definition.timeoutMs, row.kind, call)
    crashPoint('after-provider-call-before-commit')
    await retryPassing(() => settleOnce(shop, now, row, settle))
  } catch (error) {
    await retryPassing(() => fail(shop, definition, now, row, error))
  }
}

async function settleOnce<C extends Context>(
  shop: Workshop<C>,
  now: Instant,
  row: TimerRow,
  settle: (ctx: C) => Promise<void>,
): Promise<void> {
  try {
    await shop.db.transaction(async (db) => {
      await settle(contextOf(shop, db, now, row))
      // Last, so that aggregates are locked before timers, here as in every verb.
      if (!(await endActivity(db, row))) throw new Superseded()
    })
  } catch (error) {
    if (!(error instanceof Superseded)) throw error
    shop.log.error({ timer: row.id, kind: row.kind, key: row.key }, 'activity lost its lease, its result is dropped')
  }
}

async function fail<C extends Context>(
  shop: Workshop<C>,
  definition: ActivityDefinition<C>,
  now: Instant,
  row: TimerRow,
  error: unknown,
): Promise<void> {
  const tried = row.attempt + 1
  const backoff = activityBackoff(error, definition.backoff)
  const delayMs = backoff === null ? null : delayAfter(backoff, tried)
  const next = delayMs === null ? null : addMs(now, Math.max(delayMs, askedDelayMs(error)))
  const fields = { err: error, timer: row.id, kind: row.kind, key: row.key, attempt: tried, next }
  shop.log[next === null ? 'error' : 'warn'](fields, 'activity failed')
  const told = () =>
    shop.db.transaction(async (db) => {
      await tell(contextOf(shop, db, now, row))
      if (!(await recordFailure(db, row, describeError(error), next))) throw new Superseded()
    })
  const tell = async (ctx: C) => {
    try {
      await attempt(ctx, (inner) => definition.failed(inner, row.data, error, tried, next))
    } catch (hookError) {
      if (isPassingFailure(hookError) && !(hookError instanceof Transient)) throw hookError
      // The failure itself must stay recorded even when the hook that shows it is broken.
      shop.log.error({ ...fields, err: hookError }, 'the failed hook of an activity failed')
    }
  }
  try {
    await told()
  } catch (failure) {
    if (!(failure instanceof Superseded)) throw failure
    await releaseLease(shop.db, row)
  }
}

/** The provider has already acted: what Postgres could not commit is tried again before the attempt counts as failed. */
async function retryPassing(work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work()
    } catch (error) {
      if (tries === SETTLE_TRIES || error instanceof Transient || !isPassingFailure(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, 20 * 2 ** tries))
    }
  }
}
