import type { Context } from '@draupnir/db'
import { assert, Defect, required } from '@draupnir/errors'
import { newEventId } from '@draupnir/ids'
import type { EventDefinition } from '@draupnir/wire'
import { type Emitted, insertEvents, type OutboxRow } from './outbox.store.ts'
import { wakeRelays } from './wake.ts'

export interface Emission<D> {
  /** The aggregate the event is ordered within; default: what the event's definition reads from `data`. */
  readonly aggregateId?: string
  readonly data: D
}

/** Of the data of one event, as JSON: half of what NATS accepts, for a message it refuses would block its aggregate. */
export const MAX_DATA_CHARACTERS = 500_000
const SUBJECT_TOKEN = /^[A-Za-z0-9_-]{1,128}$/

/**
 * Writes one event into the outbox of the open transaction; its aggregate stays locked until the end of it.
 * `Defect` outside a transaction, for data that does not fit the event's schema or exceeds 500,000 characters.
 */
export async function emit<D, I>(ctx: Context, event: EventDefinition<D, I>, emission: Emission<I>): Promise<Emitted> {
  return send(ctx, prepare(ctx, event, emission))
}

/** An event whose data its maker has already written as JSON. */
export interface WrittenEmission {
  readonly aggregateId: string
  readonly json: string
}

/**
 * `emit` of data that is JSON already: by `writeData`, or by who writes thousands of facts into one event and whose tests
 * show that it fits, for the schema does not read it.
 */
export async function emitWritten<D, I>(
  ctx: Context,
  event: EventDefinition<D, I>,
  { aggregateId, json }: WrittenEmission,
): Promise<Emitted> {
  return send(ctx, rowOf(ctx, event, aggregateId, json))
}

/** `emitWritten` that nobody waits for: it goes with the commit, also with that of a shared transaction. */
export function emitLater<D, I>(
  ctx: Context,
  event: EventDefinition<D, I>,
  { aggregateId, json }: WrittenEmission,
): void {
  ctx.db.laterTogether(insertEvents, rowOf(ctx, event, aggregateId, json))
  ctx.db.afterCommit(wakeRelays)
}

/** Writes many events of one type with one statement, in the order given; the same rules as `emit`. */
export async function emitMany<D, I>(
  ctx: Context,
  event: EventDefinition<D, I>,
  emissions: readonly Emission<I>[],
): Promise<Emitted[]> {
  if (emissions.length === 0) return []
  const rows = emissions.map((emission) => prepare(ctx, event, emission))
  ctx.db.afterCommit(wakeRelays)
  return insertEvents(ctx.db.sql, rows)
}

async function send(ctx: Context, row: OutboxRow): Promise<Emitted> {
  ctx.db.afterCommit(wakeRelays)
  const [emitted] = await insertEvents(ctx.db.sql, [row])
  return required(emitted, 'one event for one')
}

/** The data of an event as JSON, for `emitWritten`; its length says whether it may be emitted. `Defect` when it does not fit. */
export function writeData<D, I>(event: EventDefinition<D, I>, data: I): string {
  return JSON.stringify(parse(event, data))
}

function parse<D, I>(event: EventDefinition<D, I>, data: I): D {
  const parsed = event.schema.safeParse(data)
  if (!parsed.success) throw new Defect(`${event.type} does not fit its schema: ${parsed.error.message}`)
  return parsed.data
}

function prepare<D, I>(ctx: Context, event: EventDefinition<D, I>, emission: Emission<I>): OutboxRow {
  const data = parse(event, emission.data)
  return rowOf(ctx, event, emission.aggregateId ?? event.aggregateId(data), JSON.stringify(data))
}

function rowOf<D, I>(ctx: Context, event: EventDefinition<D, I>, aggregateId: string, data: string): OutboxRow {
  assert(ctx.db.inTransaction, `${event.type} must be emitted inside the transaction of the state it tells of`)
  assert(SUBJECT_TOKEN.test(aggregateId), `${event.type}: ${aggregateId} cannot be part of a subject`)
  assert(data.length <= MAX_DATA_CHARACTERS, `${event.type}: data of ${data.length} characters`)
  const { trace, tenant, actor } = ctx
  const occurredAt = ctx.now()
  const { type, version, aggregate } = event
  return {
    eventId: newEventId(occurredAt),
    type,
    version,
    aggregate,
    aggregateId,
    data,
    tenant,
    actor,
    trace,
    occurredAt,
  }
}
