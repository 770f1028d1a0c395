import type { Context, Db, Log } from '@draupnir/db'
import { newId } from '@draupnir/ids'
import { fromEpochMs } from '@draupnir/time'
import { defineEvent } from '@draupnir/wire'
import { z } from 'zod'

/** The one event of these tests: step `n` of thing `id`. */
export const ThingDone = defineEvent({
  type: 'contract.thing.done',
  version: 1,
  aggregate: 'thing',
  summary: 'A step of a thing was done.',
  data: z.object({ id: z.string(), n: z.number().int() }),
  aggregateId: (data) => data.id,
})

/** Nobody handles this one: cursors move over it. */
export const ThingSeen = defineEvent({
  type: 'contract.thing.seen',
  version: 1,
  aggregate: 'thing',
  summary: 'A thing was seen.',
  data: z.object({ id: z.string() }),
  aggregateId: (data) => data.id,
})

export const tenant = newId('tenant', fromEpochMs(1_790_000_000_000))

const nothing = () => undefined
export const silent: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing }

export function wallClock() {
  return fromEpochMs(Date.now())
}

export function contextOver(db: Db, trace: Partial<Context['trace']> = {}): Context {
  const now = wallClock()
  return {
    db,
    now: () => now,
    newId: (kind) => newId(kind, now),
    actor: 'test:producer',
    tenant,
    trace: { correlationId: 'test', causationId: null, traceparent: null, ...trace },
    log: silent,
  }
}
