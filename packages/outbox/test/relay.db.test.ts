import { randomUUID } from 'node:crypto'
import { testContext, testDatabase } from '@draupnir/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import { emit, emitMany, eventTrace, OUTBOX_MIGRATIONS, outboxStatus, replayOutbox, sweepOutbox } from '../src/index.ts'
import { forgetLost } from '../src/relay/heal.ts'
import { acquireLease, type Lease, readPosition, releaseLease, renewLease } from '../src/relay/lease.ts'
import { markBlocked, markPublished } from '../src/relay/mark.ts'
import { readPending } from '../src/relay/pending.ts'
import { unblockOutbox } from '../src/replay.ts'
import { ThingDone } from './things.ts'

const { db, owner } = await testDatabase({ schema: 'contract', sources: [OUTBOX_MIGRATIONS] })
const LONG = 60_000

beforeEach(async () => {
  await owner.sql`truncate outbox, outbox_publication, outbox_sequence, relay_lease, inbox, parked`
})

async function lease(ttlMs = LONG, holder: string = randomUUID()): Promise<Lease> {
  const taken = await acquireLease(db.sql, holder, ttlMs)
  if (taken === null) throw new Error('the lease is taken')
  return taken
}

function things(...ids: string[]) {
  const emissions = ids.map((id) => ({ data: { id, n: 1 } }))
  return db.transaction((tx) => emitMany(testContext(tx), ThingDone, emissions))
}

async function publishAll(mine: Lease, firstSequence = 1): Promise<boolean> {
  const rows = await readPending(db.sql, 100)
  return markPublished(
    db.sql,
    mine,
    rows.map(({ pos }, i) => ({ pos, sequence: firstSequence + i })),
  )
}

describe('the lease', () => {
  test('is held by one', async () => {
    await lease()
    expect(await acquireLease(db.sql, randomUUID(), LONG)).toBeNull()
  })
  test('passes on when it has run out, with a higher epoch', async () => {
    const old = await lease(-1)
    const young = await lease()
    expect(young.epoch).toBe(old.epoch + 1n)
    expect([await renewLease(db.sql, old, LONG), await renewLease(db.sql, young, LONG)]).toEqual([false, true])
  })
  test('passes on at once when it is given back', async () => {
    await releaseLease(db.sql, await lease())
    expect(await acquireLease(db.sql, randomUUID(), LONG)).not.toBeNull()
  })
  test('goes to exactly one of many who ask at once', async () => {
    const asked = await Promise.all(Array.from({ length: 12 }, () => acquireLease(db.sql, randomUUID(), LONG)))
    expect(asked.filter((each) => each !== null)).toHaveLength(1)
  })
})

describe('marking as published', () => {
  test('moves the broker position with the rows', async () => {
    const mine = await lease()
    await things('a', 'b')
    expect(await publishAll(mine, 41)).toBe(true)
    expect(await outboxStatus(db.sql)).toMatchObject({ pending: 0, oldestPendingMs: null })
    expect(await readPosition(db.sql)).toEqual({ created: null, lastSequence: 42 })
  })
  test('does nothing for a holder whose lease has gone to another', async () => {
    const old = await lease(-1)
    await lease()
    await things('a')
    expect(await publishAll(old)).toBe(false)
    expect(await outboxStatus(db.sql)).toMatchObject({ pending: 1 })
    expect(await readPosition(db.sql)).toMatchObject({ lastSequence: 0 })
  })
})

describe('an event the broker refuses', () => {
  test('holds back its aggregate and no other', async () => {
    await things('bad', 'good', 'bad')
    const [first] = await readPending(db.sql, 1)
    await markBlocked(db.sql, first?.pos ?? '', 'too large')
    expect((await readPending(db.sql, 10)).map((row) => row.aggregate_id)).toEqual(['good'])
    expect(await outboxStatus(db.sql)).toMatchObject({ pending: 3, blocked: 1 })
    expect(await unblockOutbox(db, first?.event_id ?? '')).toBe(true)
    expect((await readPending(db.sql, 10)).map((row) => row.aggregate_id)).toEqual(['bad', 'good', 'bad'])
  })
})

describe('healing', () => {
  test('after a rollback exactly what is beyond the survivors is pending again', async () => {
    const mine = await lease()
    await things('a', 'b', 'c')
    await publishAll(mine, 1)
    expect(await forgetLost(db, mine, { created: 't' }, { kind: 'rolled-back', survivors: 1 })).toBe(2)
    expect((await readPending(db.sql, 10)).map((row) => row.aggregate_id)).toEqual(['b', 'c'])
    expect(await readPosition(db.sql)).toEqual({ created: 't', lastSequence: 1 })
  })
  test('after a wipe all that is kept is pending again', async () => {
    const mine = await lease()
    await things('a', 'b')
    await publishAll(mine, 7)
    expect(await forgetLost(db, mine, { created: 'new' }, { kind: 'wiped' })).toBe(2)
    expect(await readPosition(db.sql)).toEqual({ created: 'new', lastSequence: 0 })
  })
  test('is not for a holder whose lease has gone to another', async () => {
    const old = await lease(-1)
    await things('a')
    await publishAll(await lease())
    expect(await forgetLost(db, old, { created: 'new' }, { kind: 'wiped' })).toBeNull()
    expect(await outboxStatus(db.sql)).toMatchObject({ pending: 0 })
  })
})

describe('publishing again on request', () => {
  test.each([
    ['an aggregate', () => ({ aggregateType: 'thing', aggregateId: 'b' }), ['b', 'b']],
    ['an aggregate from a number on', () => ({ aggregateType: 'thing', aggregateId: 'b', fromSeq: 2 }), ['b']],
    ['single events', (ids: string[]) => ({ eventIds: ids.slice(0, 1) }), ['a']],
  ])('%s', async (_, range, again) => {
    const done = await things('a', 'b', 'b')
    await publishAll(await lease())
    expect(await replayOutbox(db, range(done.map(({ eventId }) => eventId)))).toBe(again.length)
    const rows = await readPending(db.sql, 10)
    expect(rows.map((row) => [row.aggregate_id, row.replays])).toEqual(again.map((id) => [id, 1]))
  })
})

test('the sweep deletes published events kept long enough, and nothing pending', async () => {
  await things('old', 'pending')
  const [old] = await readPending(db.sql, 1)
  await markPublished(db.sql, await lease(), [{ pos: old?.pos ?? '', sequence: 1 }])
  expect(await sweepOutbox(db.sql, { publishedMs: LONG, inboxMs: LONG })).toBe(0)
  expect(await sweepOutbox(db.sql, { publishedMs: -1, inboxMs: LONG })).toBe(1)
  const left = await db.sql<
    { aggregate_id: string }[]
  >`select aggregate_id from outbox join outbox_publication using (pos)`
  expect(left.map((row) => row.aggregate_id)).toEqual(['pending'])
})

test('the trace of an event says how far it has come', async () => {
  const { eventId } = await db.transaction((tx) => emit(testContext(tx), ThingDone, { data: { id: 'traced', n: 1 } }))
  expect(await eventTrace(db.sql, eventId)).toMatchObject({
    produced: { state: 'pending', aggregateSeq: 1 },
    consumed: [],
  })
  await publishAll(await lease(), 9)
  expect(await eventTrace(db.sql, eventId, ['billing--EVT_CONTRACT'])).toMatchObject({
    produced: { state: 'published', streamSeq: 9, type: 'contract.thing.done' },
    consumed: [{ consumer: 'billing--EVT_CONTRACT', state: 'pending' }],
  })
  expect(await eventTrace(db.sql, randomUUID())).toEqual({ produced: null, consumed: [] })
})
