import { emit, handle, OUTBOX_MIGRATIONS } from '@draupnir/outbox'
import { defineEvent, type Envelope } from '@draupnir/wire'
import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import {
  type ConsumerUnderTest,
  deliver,
  deliverOutOfOrder,
  deliverTwice,
  emitted,
  eventSource,
  testClock,
  testContext,
} from './index.ts'
import { testDatabase } from './test-database.ts'

const data = z.object({ thing: z.string(), n: z.number() })
const spec = {
  version: 1,
  aggregate: 'thing',
  summary: 'x',
  data,
  aggregateId: (its: z.infer<typeof data>) => its.thing,
}
const Done = defineEvent({ ...spec, type: 'contract.thing.done' })
const Noted = defineEvent({ ...spec, type: 'billing.thing.noted' })

const { db, owner } = await testDatabase({ schema: 'billing', sources: [OUTBOX_MIGRATIONS] })
afterEach(() => owner.sql`truncate outbox, outbox_sequence, inbox, consumer_cursor, parked`.then(() => undefined))

function consumer(apply?: (n: number) => void): ConsumerUnderTest {
  const note = handle(Done, async (ctx, event) => {
    apply?.(event.data.n)
    await emit(ctx, Noted, { data: event.data })
  })
  return {
    service: 'billing',
    db,
    handlers: [note],
    contextFor: ({ db: own, now, tenant, actor, trace }) => testContext(own, { now, tenant, actor, trace }),
    clock: testClock(),
  }
}

function threeOfTwoThings(): Envelope[] {
  const source = eventSource()
  const steps = ['a', 'b', 'a', 'a', 'b', 'b']
  return steps.map((thing, index) => source.next(Done, { thing, n: index + 1 }))
}

async function notes(thing: string): Promise<number[]> {
  const events = await emitted(db, Noted)
  return events.filter((event) => event.aggregateId === thing).map((event) => event.data.n)
}

it('drives handlers through the real consumer', async () => {
  await deliver(consumer(), threeOfTwoThings())
  expect([await notes('a'), await notes('b')]).toEqual([
    [1, 3, 4],
    [2, 5, 6],
  ])
})

it('delivers twice, and has one effect to show for it', async () => {
  await deliverTwice(consumer(), threeOfTwoThings())
  expect([await notes('a'), await notes('b')]).toEqual([
    [1, 3, 4],
    [2, 5, 6],
  ])
})

it('delivers in any order, and each aggregate keeps its own', async () => {
  await deliverOutOfOrder(consumer(), threeOfTwoThings())
  expect([await notes('a'), await notes('b')]).toEqual([
    [1, 3, 4],
    [2, 5, 6],
  ])
})

it('hands an event out again after a failure that passes', async () => {
  let failures = 2
  const flaky = consumer(() => {
    failures -= 1
    if (failures >= 0) throw Object.assign(new Error('reset'), { code: 'ECONNRESET' })
  })
  await deliver(flaky, threeOfTwoThings().slice(0, 1))
  expect(await notes('a')).toEqual([1])
})

it('fails with the reason when a handler parks an event, unless the test expects it', async () => {
  const broken = consumer(() => {
    throw new Error('ours')
  })
  const events = threeOfTwoThings().slice(0, 1)
  await expect(deliver(broken, events)).rejects.toThrow(/contract\.thing\.done was parked.*ours/)
  await deliver(broken, events, { mayPark: true })
})
