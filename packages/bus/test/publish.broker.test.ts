import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Bus, connectBus, provision } from '../src/index.ts'
import { durable, type NatsFixture, natsFixture, stream } from './nats-fixture.ts'

let fixture: NatsFixture
let bus: Bus

beforeAll(async () => {
  fixture = await natsFixture()
  bus = await connectBus({ url: fixture.nats.url, name: 'publish-test' })
  await provision(bus, { streams: [stream('ledger')], durables: [durable('billing', 'ledger')] })
})
afterAll(async () => {
  await bus.close()
  await fixture.remove()
})

const message = (id: string, body = '{}') => ({ id, subject: `evt.ledger.a.b.v1.${id}`, body })

test('stores a window in order and says where', async () => {
  const window = Array.from({ length: 64 }, (_, i) => message(`w${i}`))
  const results = await bus.publishWindow(window)
  const sequences = results.map((result) => (result.ok ? result.sequence : -1))
  expect(sequences).toEqual(Array.from({ length: 64 }, (_, i) => (sequences[0] ?? 0) + i))
})

test('a window sent again is stored once', async () => {
  const before = await bus.streamState('EVT_LEDGER')
  const first = await bus.publishWindow([message('again')])
  const second = await bus.publishWindow([message('again')])
  expect(second).toEqual([{ ok: true, sequence: (before?.lastSequence ?? 0) + 1, duplicate: true }])
  expect(first).toEqual([{ ok: true, sequence: (before?.lastSequence ?? 0) + 1, duplicate: false }])
})

test('a message too large is refused by index, its neighbours are stored', async () => {
  const results = await bus.publishWindow([message('small1'), message('big', 'x'.repeat(2_000_000)), message('small2')])
  expect(results.map((result) => result.ok)).toEqual([true, false, true])
})

test('gives up with a Transient while no stream takes the subject', async () => {
  const lost = { id: 'x', subject: 'evt.nobody.a.b.v1.x', body: '{}' }
  await expect(bus.publishWindow([lost], { giveUpAfterMs: 100, attemptMs: 50 })).rejects.toMatchObject({
    name: 'Transient',
    code: 'bus.unavailable',
  })
})

test('delivers what was published and forgets what was acknowledged', async () => {
  const seen: string[] = []
  const all = Promise.withResolvers<void>()
  const expected = (await bus.streamState('EVT_LEDGER'))?.messages ?? 0
  const consumption = bus.consume({
    stream: 'EVT_LEDGER',
    durable: 'billing--EVT_LEDGER',
    onDelivery: (delivery) => {
      seen.push(delivery.messageId ?? '')
      delivery.ack()
      if (seen.length === expected) all.resolve()
      return undefined
    },
  })
  await all.promise
  await consumption.stop()
  expect(new Set(seen).size).toBe(expected)
  await expect
    .poll(() => bus.consumerState('EVT_LEDGER', 'billing--EVT_LEDGER'))
    .toMatchObject({ pending: 0, ackPending: 0 })
})
