import { randomUUID } from 'node:crypto'
import type { Bus, PublishResult } from '@draupnir/bus'
import { crashPoint, type DbPool, type Log } from '@draupnir/db'
import { DEFAULT_RETENTION, type Retention, sweepOutbox } from '../retention.ts'
import { Signal } from '../signal.ts'
import { onWake } from '../wake.ts'
import { detectLoss, forgetLost } from './heal.ts'
import { acquireLease, type Lease, readPosition, releaseLease, renewLease } from './lease.ts'
import { markBlocked, markPublished, type Stored } from './mark.ts'
import { type PendingRow, readPending, toMessage } from './pending.ts'

export interface RelayOptions {
  readonly db: DbPool
  readonly bus: Bus
  readonly stream: string
  readonly log: Log
  /** Default 4,000: how long a dead or paused holder keeps others waiting. */
  readonly leaseMs?: number
  /** Default 250: how late an event is when no wake reached this process. */
  readonly pollMs?: number
  /** Messages in flight to the broker; default 256. */
  readonly window?: number
  /** Rows read and marked at once; default 1,024. */
  readonly batch?: number
  readonly retention?: Retention
  /** How often what is kept long enough is deleted; default ten minutes. */
  readonly sweepEveryMs?: number
}

export interface Relay {
  readonly holdsLease: () => boolean
  /** Events published since the start; grows with every event. */
  readonly published: () => number
  readonly stop: () => Promise<void>
}

interface State {
  readonly options: Required<RelayOptions>
  readonly holder: string
  readonly signal: Signal
  lease: Lease | null
  renewAt: number
  /** Whether the stream may have changed under us: at the start, after a reconnect, after a failure. */
  unsure: boolean
  lastSequence: number
  streamCreated: string
  published: number
  sweepAt: number
  stopped: boolean
}

/** Publishes the outbox of one service in order, as the only one of all replicas that holds the lease. */
export function startRelay(options: RelayOptions): Relay {
  const state: State = {
    options: {
      leaseMs: 4_000,
      pollMs: 250,
      window: 256,
      batch: 1_024,
      retention: DEFAULT_RETENTION,
      sweepEveryMs: 600_000,
      ...options,
    },
    holder: randomUUID(),
    signal: new Signal(),
    lease: null,
    renewAt: 0,
    unsure: true,
    lastSequence: 0,
    streamCreated: '',
    published: 0,
    sweepAt: 0,
    stopped: false,
  }
  const unwake = onWake(() => state.signal.set())
  const unlisten = options.bus.onStatus((status) => {
    if (status.type === 'reconnect') state.unsure = true
  })
  const done = run(state)
  return {
    holdsLease: () => state.lease !== null,
    published: () => state.published,
    stop: async () => {
      state.stopped = true
      state.signal.set()
      unwake()
      unlisten()
      await done
      if (state.lease !== null) await releaseLease(options.db.sql, state.lease).catch(() => undefined)
      state.lease = null
    },
  }
}

async function run(state: State): Promise<void> {
  let failures = 0
  while (!state.stopped) {
    try {
      const busy = await step(state)
      failures = 0
      if (!busy) await state.signal.wait(state.options.pollMs)
    } catch (error) {
      failures += 1
      state.unsure = true
      state.options.log.warn({ err: error, failures }, 'relay: trying again')
      await state.signal.wait(Math.min(50 * 2 ** failures, 2_000))
    }
  }
}

/** One turn; true when there may be more to do at once. */
async function step(state: State): Promise<boolean> {
  if (!(await holdLease(state))) return false
  if (state.unsure && !(await makeSure(state))) return false
  const rows = await readPending(state.options.db.sql, state.options.batch)
  if (rows.length === 0) {
    await sweepSometimes(state)
    return false
  }
  crashPoint('after-commit-before-publish')
  await publish(state, rows)
  return true
}

async function sweepSometimes(state: State): Promise<void> {
  const { db, retention, sweepEveryMs } = state.options
  if (performance.now() < state.sweepAt) return
  state.sweepAt = performance.now() + sweepEveryMs
  await sweepOutbox(db.sql, retention)
}

async function holdLease(state: State): Promise<boolean> {
  const { db, leaseMs } = state.options
  const now = performance.now()
  if (state.lease !== null && now < state.renewAt) return true
  if (state.lease !== null && !(await renewLease(db.sql, state.lease, leaseMs))) loseLease(state)
  if (state.lease === null) {
    state.lease = await acquireLease(db.sql, state.holder, leaseMs)
    state.unsure = true
  }
  state.renewAt = now + leaseMs / 3
  return state.lease !== null
}

function loseLease(state: State): void {
  state.options.log.warn({ epoch: String(state.lease?.epoch) }, 'relay: another relay has taken over')
  state.lease = null
}

/** Compares the stream with what we know of it; false when there is no stream yet. */
async function makeSure(state: State): Promise<boolean> {
  const { db, bus, stream, log } = state.options
  if (state.lease === null) return false
  const [found, position] = await Promise.all([bus.streamState(stream), readPosition(db.sql)])
  if (found === null) {
    log.warn({ stream }, 'relay: the stream does not exist')
    return false
  }
  const loss = detectLoss(position, found)
  const lost = await forgetLost(db, state.lease, found, loss)
  if (lost === null) return false
  if (loss !== null) log.warn({ stream, loss, lost }, 'relay: the broker lost events; publishing them again')
  state.streamCreated = found.created
  state.lastSequence = loss === null ? position.lastSequence : found.lastSequence
  state.unsure = false
  return true
}

async function publish(state: State, rows: readonly PendingRow[]): Promise<void> {
  const { bus, db, window } = state.options
  let stored: Stored[] = []
  for (let start = 0; start < rows.length; start += window) {
    const slice = rows.slice(start, start + window)
    const results = await bus.publishWindow(slice.map(toMessage))
    crashPoint('mid-batch')
    const survivors = await noticeRollback(state, results)
    if (survivors !== null) stored = stored.filter((row) => row.sequence <= survivors)
    const refused = await sortResults(state, slice, results, stored)
    if (refused) break
    if (performance.now() > state.renewAt && !(await holdLease(state))) return
  }
  crashPoint('after-publish-before-mark')
  if (state.lease === null || !(await markPublished(db.sql, state.lease, stored))) return loseLease(state)
  state.published += stored.length
}

/** A new message stored at or before a sequence already given out: the stream has gone back in time unnoticed. */
async function noticeRollback(state: State, results: readonly PublishResult[]): Promise<number | null> {
  const fresh = results.flatMap((result) => (result.ok && !result.duplicate ? [result.sequence] : []))
  const first = Math.min(...fresh)
  const behind = fresh.length > 0 && first <= state.lastSequence
  state.lastSequence = Math.max(behind ? 0 : state.lastSequence, ...fresh)
  if (!behind || state.lease === null) return null
  const loss = { kind: 'rolled-back', survivors: first - 1 } as const
  const lost = await forgetLost(state.options.db, state.lease, { created: state.streamCreated }, loss)
  state.options.log.warn({ loss, lost }, 'relay: the broker lost events; publishing them again')
  return loss.survivors
}

async function sortResults(
  state: State,
  rows: readonly PendingRow[],
  results: readonly PublishResult[],
  stored: Stored[],
): Promise<boolean> {
  let refused = false
  for (const [index, row] of rows.entries()) {
    const result = results[index]
    if (result?.ok) stored.push({ pos: row.pos, sequence: result.sequence })
    else if (result !== undefined) {
      refused = true
      await markBlocked(state.options.db.sql, row.pos, result.reason)
      state.options.log.error({ event: row.event_id, reason: result.reason }, 'relay: event refused by the broker')
    }
  }
  return refused
}
