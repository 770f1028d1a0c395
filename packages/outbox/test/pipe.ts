import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bus, connectBus, provision, type Topology } from '@draupnir/bus'
import type { DbPool } from '@draupnir/db'
import { type Nats, startNats } from '@draupnir/stack'
import {
  type Consumer,
  type ConsumerOptions,
  emit,
  handle,
  type Relay,
  type RelayOptions,
  startConsumer,
  startRelay,
} from '../src/index.ts'
import { type Database, startDatabase } from './database.ts'
import { contextOver, silent, ThingDone, wallClock } from './things.ts'

export const STREAM = 'EVT_CONTRACT'
export const DURABLE = 'billing--EVT_CONTRACT'

export const topology: Topology = {
  streams: [
    {
      service: 'contract',
      name: STREAM,
      subjects: ['evt.contract.>'],
      maxAgeMs: 86_400_000,
      maxBytes: 1024 ** 3,
      duplicateWindowMs: 120_000,
    },
  ],
  durables: [
    {
      name: DURABLE,
      stream: STREAM,
      consumer: 'billing',
      producer: 'contract',
      ackWaitMs: 2_000,
      maxAckPending: 4_000,
    },
  ],
}

/** Contract produces, billing consumes: real Postgres, real nats-server, one process. */
export interface Pipe {
  readonly database: Database
  readonly producer: DbPool
  readonly consumerDb: DbPool
  readonly bus: Bus
  readonly nats: { server: Nats; readonly storeDir: string }
  readonly relay: (change?: Partial<RelayOptions>) => Relay
  readonly consumer: (change?: Partial<ConsumerOptions>) => Consumer
  readonly remove: () => Promise<void>
}

export async function openPipe(): Promise<Pipe> {
  const storeDir = mkdtempSync(join(tmpdir(), 'draupnir-nats-'))
  const [database, server] = await Promise.all([startDatabase(), startNats({ storeDir })])
  const bus = await connectBus({ url: server.url, name: 'pipe' })
  await provision(bus, topology)
  const [producer, consumerDb] = await Promise.all([database.pool('contract'), database.pool('billing')])
  const nats = { server, storeDir }
  const running: { stop: () => Promise<void> }[] = []
  return {
    database,
    producer,
    consumerDb,
    bus,
    nats,
    relay: (change) => track(running, startRelay({ db: producer, bus, stream: STREAM, log: silent, ...change })),
    consumer: (change) => track(running, startConsumer({ ...consumerOptions(consumerDb, bus), ...change })),
    remove: async () => {
      await Promise.all(running.map((each) => each.stop()))
      await bus.close()
      await database.remove()
      await nats.server.stop()
      rmSync(storeDir, { recursive: true, force: true })
    },
  }
}

export function consumerOptions(db: DbPool, bus: Bus): ConsumerOptions {
  return {
    db,
    bus,
    stream: STREAM,
    consumer: DURABLE,
    actor: 'service:billing',
    handlers: [recordEffect],
    contextFor: ({ db, trace }) => contextOver(db, trace),
    clock: { read: async () => wallClock() },
    log: silent,
    extendEveryMs: 600,
  }
}

/** The effect of these tests: one row. */
export const recordEffect = handle(ThingDone, async (ctx, event) => {
  await ctx.db.sql`
    insert into effect (consumer, event_id, thing, n, seq)
    values ('billing', ${event.id}, ${event.data.id}, ${event.data.n}, ${event.aggregateseq})`
})

/** Does step `n` of a thing: one transaction, one event. */
export function doThing(db: DbPool, id: string, n: number): Promise<unknown> {
  return db.transaction((tx) => emit(contextOver(tx), ThingDone, { data: { id, n } }))
}

export async function effectsOf(db: DbPool, thing?: string): Promise<number[]> {
  const rows = await db.sql<{ n: number }[]>`
    select n from effect where ${thing ?? null}::text is null or thing = ${thing ?? null} order by position`
  return rows.map((row) => row.n)
}

function track<T extends { stop: () => Promise<void> }>(running: { stop: () => Promise<void> }[], one: T): T {
  running.push(one)
  return one
}
