import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { connectBus, provision } from '@draupnir/bus'
import { required } from '@draupnir/errors'
import { startNats } from '@draupnir/stack'
import { rawPublish } from '../../bus/bench/raw-publish.ts'
import { emitMany, handleMany, startConsumer, startRelay, sweepOutbox } from '../src/index.ts'
import { consumerOptions, DURABLE, openPipe, type Pipe, STREAM, topology } from '../test/pipe.ts'
import { contextOver, silent, ThingDone } from '../test/things.ts'
import { type Figures, printReport } from './report.ts'

const WINDOW = 256
const EVENTS = 60_000
const REPLAYED = 100_000
const RATE_PER_S = 200
const LATENCY_S = 10
const AGGREGATES = 500

/** Measures the outbox on this machine; prints a table and, as its last line, JSON. */
export async function run(): Promise<void> {
  const pipe = await openPipe()
  try {
    await provision(pipe.bus, {
      streams: [
        { ...required(CONTRACT_STREAM, 'declared'), service: 'ledger', name: 'EVT_LEDGER', subjects: ['evt.ledger.>'] },
      ],
      durables: [],
    })
    const raw = await median(3, () => rawPublishing(pipe))
    const relay = await median(3, () => relayEvents(pipe))
    const consumer = await consumeEvents(pipe)
    const latency = await latencies(pipe)
    const replay = await replayWiped(pipe)
    const figures: Figures = {
      raw_publish_per_s: Math.round(raw),
      relay_events_per_s: Math.round(relay),
      relay_ratio: Math.round((relay / raw) * 100) / 100,
      consumer_effects_per_s: Math.round(consumer),
      latency_p50_ms: latency.p50,
      latency_p99_ms: latency.p99,
      replay_100k_s: replay.seconds,
      replay_duplicate_effects: replay.duplicates,
    }
    await printReport(figures, pipe, { WINDOW, EVENTS, REPLAYED, RATE_PER_S, AGGREGATES })
  } finally {
    await pipe.remove()
  }
}

/** The client's own js.publish, pipelined, with nothing else to do: the same kind of messages, made beforehand. */
async function rawPublishing({ bus }: Pipe): Promise<number> {
  const round = performance.now()
  const messages = Array.from({ length: EVENTS }, (_, i) => ({
    id: `raw-${round}-${i}`,
    subject: `evt.ledger.raw.done.v1.thing-${i % AGGREGATES}`,
    body: JSON.stringify({ ...ENVELOPE, aggregateseq: i, data: { id: `thing-${i % AGGREGATES}`, n: i } }),
  }))
  const began = performance.now()
  await rawPublish(bus, messages, WINDOW)
  return perSecond(EVENTS, began)
}

/** Rows committed beforehand → published → marked. */
async function relayEvents(pipe: Pipe): Promise<number> {
  await fill(pipe, EVENTS)
  const began = performance.now()
  const relay = startRelay({ db: pipe.producer, bus: pipe.bus, stream: STREAM, log: silent, window: WINDOW })
  while (relay.published() < EVENTS) await delay(1)
  const rate = perSecond(EVENTS, began)
  await relay.stop()
  return rate
}

/** Everything in the stream, applied in batches: one row of effect per event, inbox and cursors with it. */
async function consumeEvents(pipe: Pipe): Promise<number> {
  const total = EVENTS * 3
  const began = performance.now()
  const consumer = startConsumer({ ...consumerOptions(pipe.consumerDb, pipe.bus), handlers: [recordMany] })
  while ((await effects(pipe)) < total) await delay(20)
  const rate = perSecond(total, began)
  await consumer.stop()
  return rate
}

/** Commit of the event → commit of its effect, at a fixed rate whatever the answers take. */
async function latencies(pipe: Pipe): Promise<{ p50: number; p99: number }> {
  const committed = new Map<string, number>()
  const taken: number[] = []
  const timed = handleMany(ThingDone, async (ctx, events) => {
    await insertEffects(ctx.db.sql, events)
    ctx.db.afterCommit(() => {
      for (const { id } of events) taken.push(performance.now() - (committed.get(id) ?? Number.NaN))
    })
  })
  const relay = startRelay({ db: pipe.producer, bus: pipe.bus, stream: STREAM, log: silent, window: WINDOW })
  const consumer = startConsumer({ ...consumerOptions(pipe.consumerDb, pipe.bus), handlers: [timed] })
  const total = RATE_PER_S * LATENCY_S
  const began = performance.now()
  const writes: Promise<unknown>[] = []
  for (let i = 0; i < total; i += 1) {
    const due = began + (i * 1_000) / RATE_PER_S
    const aheadMs = due - performance.now()
    if (aheadMs > 0) await delay(aheadMs)
    writes.push(write(pipe, i, committed))
  }
  await Promise.all(writes)
  while (taken.length < total) await delay(10)
  await Promise.all([relay.stop(), consumer.stop()])
  const warm = taken.slice(RATE_PER_S).sort((a, b) => a - b)
  return { p50: quantile(warm, 0.5), p99: quantile(warm, 0.99) }
}

async function write(pipe: Pipe, i: number, committed: Map<string, number>): Promise<void> {
  await pipe.producer.transaction(async (db) => {
    const [done] = await emitMany(contextOver(db), ThingDone, [{ data: { id: `latency-${i % AGGREGATES}`, n: i } }])
    db.afterCommit(() => committed.set(done?.eventId ?? '', performance.now()))
  })
}

/** 100,000 events published and applied; the broker's store is wiped; all of them come again and change nothing. */
async function replayWiped(pipe: Pipe): Promise<{ seconds: number; duplicates: number }> {
  await sweepOutbox(pipe.producer.sql, { publishedMs: 0, inboxMs: 3_600_000 })
  await fill(pipe, REPLAYED)
  const relay = startRelay({ db: pipe.producer, bus: pipe.bus, stream: STREAM, log: silent, window: WINDOW })
  const consumer = startConsumer({ ...consumerOptions(pipe.consumerDb, pipe.bus), handlers: [recordMany] })
  const before = await effects(pipe)
  while ((await effects(pipe)) < before + REPLAYED) await delay(20)
  pipe.nats.server.kill('SIGKILL')
  await pipe.nats.server.exited
  rmSync(join(pipe.nats.storeDir, 'jetstream'), { recursive: true, force: true })
  const published = relay.published()
  const began = performance.now()
  pipe.nats.server = await startNats({ storeDir: pipe.nats.storeDir, port: pipe.nats.server.port })
  await provisionWhenUp(pipe)
  while (relay.published() < published + REPLAYED || !(await drained(pipe))) await delay(20)
  const seconds = Math.round((performance.now() - began) / 10) / 100
  await Promise.all([relay.stop(), consumer.stop()])
  const [row] = await pipe.consumerDb.sql<{ duplicates: number }[]>`
    select (count(*) - count(distinct event_id))::int as duplicates from effect`
  return { seconds, duplicates: row?.duplicates ?? -1 }
}

async function provisionWhenUp(pipe: Pipe): Promise<void> {
  const bus = await connectBus({ url: pipe.nats.server.url, name: 'provisioner' })
  await provision(bus, topology)
  await bus.close()
}

async function drained({ bus }: Pipe): Promise<boolean> {
  const state = await bus.consumerState(STREAM, DURABLE).catch(() => null)
  return state !== null && state.pending === 0 && state.ackPending === 0
}

const recordMany = handleMany(ThingDone, async (ctx, events) => insertEffects(ctx.db.sql, events))

function insertEffects(
  sql: Pipe['producer']['sql'],
  events: readonly { id: string; aggregateseq: number; data: { id: string; n: number } }[],
) {
  return sql`
    insert into effect (consumer, event_id, thing, n, seq)
    select 'billing', * from unnest(${events.map((e) => e.id)}::uuid[], ${events.map((e) => e.data.id)}::text[],
      ${events.map((e) => e.data.n)}::int[], ${events.map((e) => e.aggregateseq)}::bigint[])`
}

async function fill(pipe: Pipe, count: number): Promise<void> {
  for (let start = 0; start < count; start += 2_000) {
    const rows = Array.from({ length: 2_000 }, (_, i) => ({
      data: { id: `thing-${(start + i) % AGGREGATES}`, n: start + i },
    }))
    await pipe.producer.transaction((db) => emitMany(contextOver(db), ThingDone, rows))
  }
}

async function effects(pipe: Pipe): Promise<number> {
  const [row] = await pipe.consumerDb.sql<
    { last: number }[]
  >`select coalesce(max(position), 0)::float8 as last from effect`
  return row?.last ?? 0
}

async function median(rounds: number, measure: () => Promise<number>): Promise<number> {
  const all: number[] = []
  for (let i = 0; i < rounds; i += 1) all.push(await measure())
  return all.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0
}

function perSecond(count: number, began: number): number {
  return count / ((performance.now() - began) / 1_000)
}

function quantile(sorted: readonly number[], q: number): number {
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN) * 100) / 100
}

const [CONTRACT_STREAM] = topology.streams

const ENVELOPE = {
  specversion: '1.0',
  id: '01a20350-d8e1-7eac-861f-58c24ad581dd',
  type: 'ledger.raw.done',
  source: 'draupnir:service/contract',
  subject: 'evt.ledger.raw.done.v1.thing-1',
  time: '2026-11-22T12:00:00.000Z',
  datacontenttype: 'application/json',
  dataschema: 'draupnir:event/ledger.raw.done/v1',
  aggregatetype: 'thing',
  aggregateid: 'thing-1',
  aggregateseq: 1,
  tenantid: 'ten_01m81n1n1n1n1n1n1n1n1n1n1n',
  correlationid: 'test',
  causationid: null,
  actor: 'test:producer',
  traceparent: null,
}
