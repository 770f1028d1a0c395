import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
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
  /** Default 5: how long events may gather for the next turn while they come faster than one a turn. */
  readonly gatherMs?: number
  /** How that time passes; a timer unless a test says otherwise. */
  readonly pause?: (ms: number) => Promise<unknown>
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
  /** The batch after the one being published, read meanwhile. */
  next: Promise<PendingRow[]> | null
  /** The mark of the batch before, written meanwhile. */
  marking: Promise<void>
  unmarked: readonly string[]
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
      gatherMs: 5,
      pause: delay,
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
    next: null,
    marking: Promise.resolve(),
    unmarked: [],
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
      await state.marking.catch(() => undefined)
      if (state.lease !== null) await releaseLease(options.db.sql, state.lease).catch(() => undefined)
      state.lease = null
    },
  }
}

async function run(state: State): Promise<void> {
  let failures = 0
  while (!state.stopped) {
    try {
      const rows = await step(state)
      failures = 0
      if (rows !== state.options.batch) await rest(state, rows)
    } catch (error) {
      failures += 1
      forget(state)
      state.options.log.warn({ err: error, failures }, 'relay: trying again')
      await state.signal.wait(Math.min(50 * 2 ** failures, 2_000))
    }
  }
}

// A turn costs the same for one event as for ten: what comes in a stream is taken in fewer turns, what comes alone at once.
async function rest({ options, signal, stopped }: State, rows: number): Promise<void> {
  if (rows > 1 && signal.isRaised && !stopped) await options.pause(options.gatherMs)
  // Fewer than asked for: whatever this process committed since has raised the signal.
  await signal.wait(options.pollMs)
}

/** After a failure nothing read ahead or half marked may be relied on. */
function forget(state: State): void {
  state.unsure = true
  state.next = null
  state.unmarked = []
  state.marking = Promise.resolve()
}

/** One turn; how many events it took. */
async function step(state: State): Promise<number> {
  if (!(await holdLease(state))) return 0
  if (state.unsure && !(await makeSure(state))) return 0
  const { db, batch } = state.options
  const rows = await (state.next ?? readPending(db.sql, batch, state.unmarked))
  state.next = null
  if (rows.length === 0) {
    await state.marking
    await sweepSometimes(state)
    return 0
  }
  crashPoint('after-commit-before-publish')
  const positions = rows.map((row) => row.pos)
  if (rows.length === batch) readAhead(state, [...state.unmarked, ...positions])
  const stored = await publish(state, rows)
  crashPoint('after-publish-before-mark')
  await state.marking
  state.unmarked = positions
  state.marking = mark(state, stored)
  // Awaited by the next turn; until then a failure must not count as unhandled.
  state.marking.catch(() => undefined)
  return rows.length
}

function readAhead(state: State, inFlight: readonly string[]): void {
  state.next = readPending(state.options.db.sql, state.options.batch, inFlight)
  state.next.catch(() => undefined)
}

async function mark(state: State, stored: readonly Stored[]): Promise<void> {
  if (state.lease === null || !(await markPublished(state.options.db.sql, state.lease, stored))) loseLease(state)
  else state.published += stored.length
  state.unmarked = []
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
  state.next = null
}

/** Compares the stream with what we know of it; false when there is no stream yet. */
async function makeSure(state: State): Promise<boolean> {
  const { db, bus, stream, log } = state.options
  if (state.lease === null) return false
  state.next = null
  await state.marking
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

async function publish(state: State, rows: readonly PendingRow[]): Promise<readonly Stored[]> {
  const { bus, window } = state.options
  let stored: Stored[] = []
  for (let start = 0; start < rows.length; start += window) {
    const slice = rows.slice(start, start + window)
    const results = await bus.publishWindow(slice.map(toMessage))
    crashPoint('mid-batch')
    const survivors = await noticeRollback(state, results)
    if (survivors !== null) stored = stored.filter((row) => row.sequence <= survivors)
    const refused = await sortResults(state, slice, results, stored)
    if (refused || survivors !== null) state.next = null
    if (refused || !(await holdLease(state))) break
  }
  return stored
}

/** A new message stored at or before a sequence already given out: the stream has gone back in time unnoticed. */
async function noticeRollback(state: State, results: readonly PublishResult[]): Promise<number | null> {
  let first = Number.POSITIVE_INFINITY
  let last = 0
  for (const result of results) {
    if (!result.ok || result.duplicate) continue
    first = Math.min(first, result.sequence)
    last = Math.max(last, result.sequence)
  }
  const behind = first <= state.lastSequence
  state.lastSequence = behind ? last : Math.max(last, state.lastSequence)
  if (!behind || state.lease === null) return null
  // A mark still under way would call lost events published.
  await state.marking
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
