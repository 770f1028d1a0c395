import { type ConsumerOutcome, Refusal, Transient } from '@draupnir/errors'
import { eventSource, testClock, testContext, testDatabase } from '@draupnir/testing'
import type { Envelope } from '@draupnir/wire'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type Consumer,
  type ConsumerOptions,
  causedBy,
  emit,
  eventTrace,
  handle,
  handleMany,
  indexHandlers,
  listParked,
  OUTBOX_MIGRATIONS,
  replayParked,
  skipParked,
  startConsumer,
} from '../src/index.ts'
import { EFFECTS } from './database.ts'
import { Mailbox } from './mailbox.ts'
import { effectsOf, recordEffect } from './pipe.ts'
import { silent, ThingDone, ThingSeen } from './things.ts'

const { db, owner } = await testDatabase({ schema: 'billing', sources: [OUTBOX_MIGRATIONS, EFFECTS] })
const clock = testClock()
const CONSUMER = 'billing--EVT_CONTRACT'

/** What the handler throws, by step of the thing. */
let failures: Map<number, () => Error>
let calls: number[]
let mailbox: Mailbox
let consumer: Consumer
let source: ReturnType<typeof eventSource>

const failing = handle(ThingDone, async (ctx, event) => {
  calls.push(event.data.n)
  await recordEffect.apply([event], () => ctx)
  const failure = failures.get(event.data.n)
  if (failure !== undefined) throw failure()
})

const options: Omit<ConsumerOptions, 'bus'> = {
  db,
  stream: 'EVT_CONTRACT',
  consumer: CONSUMER,
  actor: 'service:billing',
  handlers: [failing],
  contextFor: (unit) => testContext(unit.db, { ...unit, clock }),
  clock,
  log: silent,
}
const resolver = { ...options, handlers: indexHandlers([failing]) }
const operator = { actor: 'key_operator' }

async function start(change: Partial<ConsumerOptions> = {}): Promise<void> {
  await consumer?.stop()
  mailbox = new Mailbox()
  consumer = startConsumer({ ...options, bus: mailbox.bus, ...change })
}

beforeEach(async () => {
  await owner.sql`truncate effect, inbox, parked, consumer_cursor, outbox, outbox_publication, outbox_sequence`
  failures = new Map()
  calls = []
  source = eventSource()
  await start()
})
afterEach(() => consumer.stop())

function steps(id: string, count: number, from = 1): Envelope[] {
  return Array.from({ length: count }, (_, i) => source.next(ThingDone, { id, n: from + i }))
}

/** A refusal with the outcome asked for, whatever rows the table has. */
class RefusalWith extends Refusal {
  readonly outcome: ConsumerOutcome
  constructor(outcome: ConsumerOutcome) {
    super('request.conflict')
    this.outcome = outcome
  }
  override get rule() {
    return { ...super.rule, consumer: this.outcome }
  }
}

describe('applying', () => {
  test('many messages in one transaction, in order', async () => {
    expect(new Set(await mailbox.deliver(steps('a', 50)))).toEqual(new Set(['ack']))
    expect(await effectsOf(db)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
  })
  test('twice has one effect', async () => {
    const events = steps('a', 5)
    await mailbox.deliver([...events, ...events])
    expect(await mailbox.deliver(events)).toEqual(Array(5).fill('ack'))
    expect(await effectsOf(db)).toEqual([1, 2, 3, 4, 5])
  })
  test('an event settled in the inbox has no second effect, wherever the cursor stands', async () => {
    const events = steps('a', 2)
    await mailbox.deliver(events)
    await owner.sql`update consumer_cursor set last_seq = 0`
    expect(await mailbox.deliver(events)).toEqual(['ack', 'ack'])
    expect(await effectsOf(db)).toEqual([1, 2])
  })
  test('a type without handler moves the cursor and leaves no trace', async () => {
    const events = [source.next(ThingSeen, { id: 'a' }), ...steps('a', 1)]
    expect(await mailbox.deliver(events)).toEqual(['ack', 'ack'])
    const inbox = await db.sql`select * from inbox`
    expect([await effectsOf(db), inbox.length]).toEqual([[1], 1])
  })
  test('what a handler emits names the event as its cause and commits with the effect', async () => {
    const echo = handle(ThingDone, (ctx, event) => emit(ctx, ThingSeen, { data: { id: event.data.id } }))
    await start({ handlers: [echo] })
    const [event] = steps('a', 1)
    await mailbox.deliver([event ?? never()])
    const rows = await db.sql`select causation_id, correlation_id, actor from outbox`
    expect([...rows]).toEqual([{ causation_id: event?.id, correlation_id: 'test', actor: 'service:billing' }])
  })
  test('many at once keeps the cause of each event', async () => {
    const echo = handleMany(ThingDone, async (ctx, events) => {
      for (const event of events) await emit(causedBy(ctx, event), ThingSeen, { data: { id: event.data.id } })
    })
    await start({ handlers: [echo] })
    const events = steps('a', 3)
    await mailbox.deliver(events)
    const rows = await db.sql<{ causation_id: string }[]>`select causation_id from outbox order by pos`
    expect(rows.map((row) => row.causation_id)).toEqual(events.map((event) => event.id))
  })
})

describe('order', () => {
  test('an event before its predecessor waits, and is applied after it', async () => {
    const [first, second] = steps('a', 2)
    const early = mailbox.deliver([second ?? never()])
    await expect.poll(() => consumer.held()).toBe(1)
    expect(await effectsOf(db)).toEqual([])
    expect([await mailbox.deliver([first ?? never()]), await early]).toEqual([['ack'], ['ack']])
    expect(await effectsOf(db)).toEqual([1, 2])
  })
  test('a long chain that came backwards closes at once when its first event comes', async () => {
    const [first, ...rest] = steps('a', 40)
    const early = rest.toReversed().map((event) => mailbox.deliver([event]))
    await expect.poll(() => consumer.held()).toBe(39)
    const began = performance.now()
    await mailbox.deliver([first ?? never()])
    await Promise.all(early)
    expect(await effectsOf(db)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
    expect(performance.now() - began).toBeLessThan(4_000)
  })
  test('an event whose predecessor another replica applied goes on by itself', async () => {
    const [first, second] = steps('a', 2)
    const early = mailbox.deliver([second ?? never()])
    await expect.poll(() => consumer.held()).toBe(1)
    const elsewhere = new Mailbox()
    const replica = startConsumer({ ...options, bus: elsewhere.bus })
    await elsewhere.deliver([first ?? never()])
    await replica.stop()
    expect(await early).toEqual(['ack'])
    expect(await effectsOf(db)).toEqual([1, 2])
  })
  test('a consumer that stops gives back what waits', async () => {
    const [, second] = steps('a', 2)
    const early = mailbox.deliver([second ?? never()])
    await expect.poll(() => consumer.held()).toBe(1)
    await consumer.stop()
    expect(await early).toEqual([{ nak: 1 }])
  })
  test('when its predecessor never comes it is parked, and goes on when it comes after all', async () => {
    await start({ maxGapMs: 0 })
    const [first, second, third] = steps('a', 3)
    expect(await mailbox.deliver([third ?? never()])).toEqual(['ack'])
    expect(await mailbox.deliver([second ?? never()])).toEqual(['ack'])
    expect((await listParked(db.sql)).map(({ code, aggregateSeq }) => [aggregateSeq, code])).toEqual([
      [2, 'event.behind-parked'],
      [3, 'event.gap'],
    ])
    await mailbox.deliver([first ?? never()])
    expect([await effectsOf(db), await listParked(db.sql)]).toEqual([[1, 2, 3], []])
    await mailbox.deliver(steps('a', 1, 4))
    expect(await effectsOf(db)).toEqual([1, 2, 3, 4])
  })
  test('a gap is not parked while an event before it is being tried again', async () => {
    await start({ maxGapMs: 0 })
    failures.set(1, () => new Transient('test.down', 'down'))
    const [first, second] = steps('a', 2)
    await mailbox.deliver([first ?? never()])
    const early = mailbox.deliver([second ?? never()])
    await expect.poll(() => consumer.held()).toBe(1)
    failures.clear()
    await mailbox.deliver([first ?? never()], 2)
    expect([await early, await effectsOf(db), await listParked(db.sql)]).toEqual([['ack'], [1, 2], []])
  })
})

describe('a handler that fails', () => {
  test('in the middle of a batch undoes only its own event', async () => {
    failures.set(3, () => new Error('poison'))
    const events = [...steps('a', 2), ...steps('b', 1, 3), ...steps('c', 2, 4)]
    expect(await mailbox.deliver(events)).toEqual(Array(5).fill('ack'))
    expect((await effectsOf(db)).sort()).toEqual([1, 2, 4, 5])
    expect(await listParked(db.sql)).toMatchObject([{ aggregateId: 'b', code: 'event.handler-failed' }])
  })
  test.each<[ConsumerOutcome, unknown, number, number[]]>([
    ['ack', 'ack', 0, [2]],
    ['retry', { nak: expect.any(Number) }, 0, []],
    ['park', 'ack', 2, []],
  ])('with a refusal whose outcome is %s', async (outcome, answer, parked, effects) => {
    failures.set(1, () => new RefusalWith(outcome))
    const [first, second] = steps('a', 2)
    expect(await mailbox.deliver([first ?? never()])).toEqual([answer])
    if (outcome !== 'retry') await mailbox.deliver([second ?? never()])
    expect([await effectsOf(db), (await listParked(db.sql)).length]).toEqual([effects, parked])
  })
  test('in a passing way comes back later, each time later, and is applied when it passes', async () => {
    failures.set(1, () => new Transient('test.down', 'down'))
    const events = steps('a', 1)
    const [first] = await mailbox.deliver(events, 1)
    const [fourth] = await mailbox.deliver(events, 4)
    expect([delayOf(first) < 400, delayOf(fourth) > 20_000]).toEqual([true, true])
    expect(await eventTrace(db.sql, events[0]?.id ?? '')).toMatchObject({ consumed: [{ state: 'retrying' }] })
    failures.clear()
    expect(await mailbox.deliver(events, 5)).toEqual(['ack'])
    expect(await eventTrace(db.sql, events[0]?.id ?? '')).toMatchObject({ consumed: [{ state: 'applied' }] })
  })
  test('waits as long as it was told to', async () => {
    failures.set(1, () => new Transient('test.down', 'down', { retryAfterMs: 7_777 }))
    expect(await mailbox.deliver(steps('a', 1))).toEqual([{ nak: 7_777 }])
  })
  test('too often is parked', async () => {
    failures.set(1, () => new Transient('test.down', 'down'))
    expect(await mailbox.deliver(steps('a', 1), 20)).toEqual(['ack'])
    expect(await listParked(db.sql)).toMatchObject([{ code: 'event.retries-exhausted', attempts: 20 }])
  })
})

describe('a message that cannot be understood', () => {
  test('is parked with its text when it is no event', async () => {
    expect(await mailbox.raw('evt.contract.thing.done.v1.a', '{"half":')).toBe('ack')
    expect(await listParked(db.sql)).toMatchObject([{ code: 'event.malformed', envelope: '{"half":' }])
  })
  test('blocks only its own aggregate', async () => {
    const [bad, after] = [...steps('a', 2)]
    await mailbox.deliver([{ ...(bad ?? never()), data: { id: 'a' } }, after ?? never(), ...steps('b', 1, 9)])
    expect(await effectsOf(db)).toEqual([9])
    expect((await listParked(db.sql)).map(({ code }) => code)).toEqual(['event.data-invalid', 'event.behind-parked'])
  })
})

describe('an operator', () => {
  async function parkThree() {
    failures.set(1, () => new Error('poison'))
    await mailbox.deliver(steps('a', 3))
    return listParked(db.sql)
  }
  test('replays a parked event and all behind it, in order, once its cause is gone', async () => {
    const [first] = await parkThree()
    failures.clear()
    expect(await replayParked(resolver, first?.id ?? '', operator)).toEqual({ settled: 3, remaining: 0, stopped: null })
    await mailbox.deliver(steps('a', 1, 4))
    expect(await effectsOf(db)).toEqual([1, 2, 3, 4])
  })
  test('sees why a replay failed again, and nothing behind it was applied', async () => {
    const [first] = await parkThree()
    failures.set(1, () => new Error('still poison'))
    const { settled, stopped } = await replayParked(resolver, first?.id ?? '', operator)
    expect([settled, stopped, await effectsOf(db)]).toEqual([0, 'Error: still poison', []])
    expect(await listParked(db.sql)).toMatchObject([{ attempts: 2, error: 'Error: still poison' }, {}, {}])
  })
  test('skips a parked event and what is behind it goes on', async () => {
    const [first] = await parkThree()
    expect(await skipParked(resolver, first?.id ?? '', operator)).toMatchObject({ settled: 2, remaining: 0 })
    expect(await effectsOf(db)).toEqual([2, 3])
    expect(await eventTrace(db.sql, first?.eventId ?? '')).toMatchObject({ consumed: [{ state: 'skipped' }] })
  })
  test('cannot take one out of the middle', async () => {
    const [, second] = await parkThree()
    for (const act of [replayParked, skipParked])
      await expect(act(resolver, second?.id ?? '', operator)).rejects.toMatchObject({ code: 'parked.not-first' })
  })
  test('cannot resolve what is not parked', async () => {
    await expect(skipParked(resolver, 'prk_none', operator)).rejects.toMatchObject({ code: 'parked.not-found' })
  })
  test('may accept a gap', async () => {
    await start({ maxGapMs: 0 })
    const [, second] = steps('a', 2)
    await mailbox.deliver([second ?? never()])
    const [parked] = await listParked(db.sql)
    expect(await replayParked(resolver, parked?.id ?? '', operator)).toMatchObject({ stopped: 'event 1 has not come' })
    await replayParked(resolver, parked?.id ?? '', { ...operator, acceptGap: true })
    expect([await effectsOf(db), await listParked(db.sql)]).toEqual([[2], []])
  })
})

function delayOf(answer: unknown): number {
  return typeof answer === 'object' && answer !== null && 'nak' in answer ? Number(answer.nak) : Number.NaN
}

function never(): never {
  throw new Error('there are too few events')
}
