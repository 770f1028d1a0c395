import { setTimeout as delay } from 'node:timers/promises'
import { testContext, testDatabase } from '@draupnir/testing'
import { describe, expect, test } from 'vitest'
import { emit, emitMany, emitWritten, OUTBOX_MIGRATIONS } from '../src/index.ts'
import { readPending } from '../src/relay/pending.ts'
import { onWake } from '../src/wake.ts'
import { ThingDone } from './things.ts'

const { db, owner } = await testDatabase({ schema: 'contract', sources: [OUTBOX_MIGRATIONS], maxConnections: 26 })

const step = (id: string, n = 0) => ({ data: { id, n } })

/** What makes data of this many characters, and the data. */
const written = (characters: number) => `{"id":"${'a'.repeat(characters - '{"id":"","n":0}'.length)}","n":0}`
const ofLength = (characters: number): string => JSON.parse(written(characters)).id

async function sequences(id: string): Promise<number[]> {
  const rows = await db.sql<{ aggregate_seq: bigint }[]>`
    select aggregate_seq from outbox where aggregate_id = ${id} order by pos`
  return rows.map((row) => Number(row.aggregate_seq))
}

describe('emitting an event', () => {
  test('numbers the events of an aggregate from one', async () => {
    for (let n = 0; n < 3; n += 1) await db.transaction((tx) => emit(testContext(tx), ThingDone, step('numbered')))
    expect(await sequences('numbered')).toEqual([1, 2, 3])
  })
  test('numbers many at once in the order given, each aggregate for itself', async () => {
    await db.transaction((tx) => emit(testContext(tx), ThingDone, step('many-a')))
    const emissions = [step('many-a'), step('many-b'), step('many-a'), step('many-b'), step('many-b')]
    const done = await db.transaction((tx) => emitMany(testContext(tx), ThingDone, emissions))
    expect(done.map(({ aggregateSeq }) => Number(aggregateSeq))).toEqual([2, 1, 3, 2, 3])
    expect([await sequences('many-a'), await sequences('many-b')]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ])
  })
  test('takes data that was written before, in the same order of the aggregate', async () => {
    await db.transaction(async (tx) => {
      await emit(testContext(tx), ThingDone, step('written', 1))
      const done = await emitWritten(testContext(tx), ThingDone, {
        aggregateId: 'written',
        json: '{"id":"written","n":2}',
      })
      expect(done.aggregateSeq).toBe(2n)
    })
    const rows = await db.sql`select data from outbox where aggregate_id = 'written' order by pos`
    expect(rows.map((row) => row.data)).toEqual([step('written', 1).data, step('written', 2).data])
  })
  test('leaves nothing, not even a number, when the transaction is undone', async () => {
    const undone = db.transaction(async (tx) => {
      await emit(testContext(tx), ThingDone, step('undone'))
      throw new Error('no')
    })
    await expect(undone).rejects.toThrow('no')
    await db.transaction((tx) => emit(testContext(tx), ThingDone, step('undone')))
    expect(await sequences('undone')).toEqual([1])
  })
  test('wakes the relays for many at once too', async () => {
    let woken = 0
    const off = onWake(() => {
      woken += 1
    })
    await db.transaction((tx) => emitMany(testContext(tx), ThingDone, [step('waking-a'), step('waking-b')]))
    off()
    expect(woken).toBe(1)
  })
  test('wakes the relays of the process after the commit and not before', async () => {
    let woken = 0
    const off = onWake(() => {
      woken += 1
    })
    await db.transaction(async (tx) => {
      await emit(testContext(tx), ThingDone, step('waking'))
      expect(woken).toBe(0)
    })
    off()
    expect(woken).toBe(1)
  })
  test.each([
    ['outside a transaction', () => emit(testContext(db), ThingDone, step('a'))],
    ['written outside a transaction', () => emitWritten(testContext(db), ThingDone, { aggregateId: 'a', json: '{}' })],
    ['data that does not fit', () => db.transaction((tx) => emit(testContext(tx), ThingDone, step('a', 0.5)))],
    ['an id no subject can hold', () => db.transaction((tx) => emit(testContext(tx), ThingDone, step('a.b')))],
    [
      'more than a message may hold',
      () => db.transaction((tx) => emit(testContext(tx), ThingDone, { aggregateId: 'a', ...step(ofLength(500_001)) })),
    ],
    [
      'more than a message may hold, written before',
      () =>
        db.transaction((tx) => emitWritten(testContext(tx), ThingDone, { aggregateId: 'a', json: written(500_001) })),
    ],
    [
      'more than a message may hold, among many',
      () =>
        db.transaction((tx) =>
          emitMany(testContext(tx), ThingDone, [{ aggregateId: 'a', ...step(ofLength(500_001)) }]),
        ),
    ],
    [
      'an id no subject can hold, written before',
      () => db.transaction((tx) => emitWritten(testContext(tx), ThingDone, { aggregateId: 'a.b', json: '{}' })),
    ],
  ])('is a defect: %s', async (_, act) => {
    await expect(act()).rejects.toMatchObject({ name: 'Defect' })
    expect(await sequences('a')).toEqual([])
  })
  test('takes as much as a message may hold', async () => {
    await db.transaction(async (tx) => {
      await emit(testContext(tx), ThingDone, { aggregateId: 'full', ...step(ofLength(500_000)) })
      await emitWritten(testContext(tx), ThingDone, { aggregateId: 'full', json: written(500_000) })
    })
    expect(await sequences('full')).toEqual([1, 2])
  })
})

test('reading what is pending loses nothing and inverts nothing under concurrent, slow and undone writers', async () => {
  await owner.sql`truncate outbox, outbox_publication, outbox_sequence`
  const writers = Array.from({ length: 24 }, (_, writer) => write(writer))
  const relayed: { id: string; seq: number }[] = []
  const done = Promise.all(writers).then(() => true)
  for (let finished = false, rows = 1; !finished || rows > 0; ) {
    finished = await Promise.race([done, delay(1, false)])
    const batch = await readPending(db.sql, 50)
    rows = batch.length
    relayed.push(...batch.map((row) => ({ id: row.aggregate_id, seq: Number(row.aggregate_seq) })))
    await db.sql`
      update outbox_publication set published_at = clock_timestamp() where pos = any(${batch.map((row) => row.pos)}::bigint[])`
  }
  const [{ count } = { count: -1 }] = await db.sql<{ count: number }[]>`select count(*)::int as count from outbox`
  const last = new Map<string, number>()
  const inverted = relayed.filter(({ id, seq }) => {
    const expected = (last.get(id) ?? 0) + 1
    last.set(id, seq)
    return seq !== expected
  })
  expect({ lost: count - relayed.length, inverted, enough: count > 500 }).toEqual({
    lost: 0,
    inverted: [],
    enough: true,
  })
})

/** Forty transactions over five hot aggregates; one in five is slow, one in twenty undone. */
async function write(writer: number): Promise<void> {
  for (let i = 0; i < 40; i += 1) {
    const lot = (writer * 7 + i * 13) % 20
    await db
      .transaction(async (tx) => {
        await emit(testContext(tx), ThingDone, step(`hot-${(writer + i) % 5}`))
        if (lot % 5 === 0) await delay(3)
        if (lot === 1) throw new Error('undone')
      })
      .catch(() => undefined)
  }
}
