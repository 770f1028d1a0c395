import type { Context } from '@draupnir/db'
import { assert, Defect } from '@draupnir/errors'
import { newEventId } from '@draupnir/ids'
import type { EventDefinition } from '@draupnir/wire'
import { wakeRelays } from './wake.ts'

export interface Emission<D> {
  /** The aggregate the event is ordered within; default: what the event's definition reads from `data`. */
  readonly aggregateId?: string
  readonly data: D
}

export interface Emitted {
  readonly eventId: string
  readonly aggregateSeq: bigint
}

/** Of the data of one event, as JSON: half of what NATS accepts, for a message it refuses would block its aggregate. */
export const MAX_DATA_CHARACTERS = 500_000
const SUBJECT_TOKEN = /^[A-Za-z0-9_-]{1,128}$/

/**
 * Writes one event into the outbox of the open transaction; its aggregate stays locked until the end of it.
 * `Defect` outside a transaction, for data that does not fit the event's schema or exceeds 500,000 characters.
 */
export async function emit<D, I>(ctx: Context, event: EventDefinition<D, I>, emission: Emission<I>): Promise<Emitted> {
  return insertOne(ctx, event, prepare(ctx, event, emission))
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
  return insertOne(ctx, event, rowOf(ctx, event, aggregateId, json))
}

async function insertOne<D, I>(ctx: Context, event: EventDefinition<D, I>, row: Row): Promise<Emitted> {
  const { correlationId, causationId, traceparent } = ctx.trace
  ctx.db.afterCommit(wakeRelays)
  // The insert reads the new sequence number, so the aggregate is locked before pos is taken.
  const [done] = await ctx.db.sql<{ aggregate_seq: bigint }[]>`
    with sequence as (
      insert into outbox_sequence (aggregate_type, aggregate_id, tenant_id, last_seq)
      values (${event.aggregate}, ${row.aggregateId}, ${ctx.tenant}, 1)
      on conflict (aggregate_type, aggregate_id) do update set last_seq = outbox_sequence.last_seq + 1
      returning last_seq),
    event as (insert into outbox (event_id, tenant_id, type, version, aggregate_type, aggregate_id, aggregate_seq, data,
      correlation_id, causation_id, actor, traceparent, occurred_at)
    select ${row.eventId}, ${ctx.tenant}, ${event.type}, ${event.version}, ${event.aggregate}, ${row.aggregateId},
      last_seq, ${row.data}::json, ${correlationId}, ${causationId}, ${ctx.actor}, ${traceparent}, ${ctx.now()}::timestamptz
    from sequence
    returning pos, aggregate_seq),
    queued as (insert into outbox_publication (pos) select pos from event)
    select aggregate_seq from event`
  assert(done !== undefined, 'the outbox took no row')
  return { eventId: row.eventId, aggregateSeq: done.aggregate_seq }
}

/** Writes many events of one type with one statement, in the order given; the same rules as `emit`. */
export async function emitMany<D, I>(
  ctx: Context,
  event: EventDefinition<D, I>,
  emissions: readonly Emission<I>[],
): Promise<Emitted[]> {
  if (emissions.length === 0) return []
  const rows = emissions.map((emission) => prepare(ctx, event, emission))
  const { correlationId, causationId, traceparent } = ctx.trace
  ctx.db.afterCommit(wakeRelays)
  const sequences = await ctx.db.sql<{ event_id: string; aggregate_seq: bigint }[]>`
    with input as (
      select event_id, aggregate_id, data, ordinal,
        row_number() over (partition by aggregate_id order by ordinal) as nth
      from unnest(${rows.map((row) => row.eventId)}::uuid[], ${rows.map((row) => row.aggregateId)}::text[],
        ${rows.map((row) => row.data)}::text[]) with ordinality as t (event_id, aggregate_id, data, ordinal)),
    counted as (select aggregate_id, count(*) as events from input group by aggregate_id order by aggregate_id),
    sequence as (
      insert into outbox_sequence (aggregate_type, aggregate_id, tenant_id, last_seq)
      select ${event.aggregate}, aggregate_id, ${ctx.tenant}, events from counted order by aggregate_id
      on conflict (aggregate_type, aggregate_id) do update set last_seq = outbox_sequence.last_seq + excluded.last_seq
      returning aggregate_id, last_seq),
    event as (insert into outbox (event_id, tenant_id, type, version, aggregate_type, aggregate_id, aggregate_seq, data,
      correlation_id, causation_id, actor, traceparent, occurred_at)
    select i.event_id, ${ctx.tenant}, ${event.type}, ${event.version}, ${event.aggregate}, i.aggregate_id,
      s.last_seq - c.events + i.nth, i.data::json, ${correlationId}, ${causationId}, ${ctx.actor}, ${traceparent},
      ${ctx.now()}::timestamptz
    from input i join counted c using (aggregate_id) join sequence s using (aggregate_id)
    order by i.ordinal
    returning pos, event_id, aggregate_seq),
    queued as (insert into outbox_publication (pos) select pos from event)
    select event_id, aggregate_seq from event`
  const byId = new Map(sequences.map((row) => [row.event_id, row.aggregate_seq]))
  return rows.map(({ eventId }) => {
    const aggregateSeq = byId.get(eventId)
    assert(aggregateSeq !== undefined, 'the outbox took fewer rows than given')
    return { eventId, aggregateSeq }
  })
}

interface Row {
  readonly eventId: string
  readonly aggregateId: string
  readonly data: string
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

function prepare<D, I>(ctx: Context, event: EventDefinition<D, I>, emission: Emission<I>): Row {
  const data = parse(event, emission.data)
  return rowOf(ctx, event, emission.aggregateId ?? event.aggregateId(data), JSON.stringify(data))
}

function rowOf<D, I>(ctx: Context, event: EventDefinition<D, I>, aggregateId: string, data: string): Row {
  assert(ctx.db.inTransaction, `${event.type} must be emitted inside the transaction of the state it tells of`)
  assert(SUBJECT_TOKEN.test(aggregateId), `${event.type}: ${aggregateId} cannot be part of a subject`)
  assert(data.length <= MAX_DATA_CHARACTERS, `${event.type}: data of ${data.length} characters`)
  return { eventId: newEventId(ctx.now()), aggregateId, data }
}
