import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { startNats } from '@draupnir/stack'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { driverOf } from '../src/driver.ts'
import { type Bus, type Consumption, type ConsumptionStatus, connectBus, provision } from '../src/index.ts'
import { durable, type NatsFixture, natsFixture, stream } from './nats-fixture.ts'

const topology = { streams: [stream('ledger')], durables: [durable('billing', 'ledger')] }
const [STREAM, DURABLE] = ['EVT_LEDGER', 'billing--EVT_LEDGER']
const RECOVERY = { timeout: 20_000, interval: 20 }

let fixture: NatsFixture
let bus: Bus
let consumption: Consumption
let seen: Set<string>
let statuses: ConsumptionStatus[]

beforeEach(async () => {
  fixture = await natsFixture()
  bus = await connectBus({ url: fixture.nats.url, name: 'recovery-test' })
  await provision(bus, topology)
  seen = new Set()
  statuses = []
  consumption = bus.consume({
    stream: STREAM,
    durable: DURABLE,
    heartbeatMs: 500,
    onDelivery: (delivery) => {
      seen.add(delivery.messageId ?? '')
      delivery.ack()
      return undefined
    },
    onStatus: (status) => statuses.push(status),
  })
  await publishAndSee('before')
})
afterEach(async () => {
  await consumption.stop()
  await bus.close()
  await fixture.remove()
})

async function publishAndSee(id: string): Promise<void> {
  await bus.publishWindow([{ id, subject: 'evt.ledger.a.b.v1.x', body: '{}' }], {
    giveUpAfterMs: 20_000,
    attemptMs: 500,
  })
  await expect.poll(() => seen.has(id), RECOVERY).toBe(true)
}

async function restart(meanwhile: () => void = () => undefined): Promise<void> {
  fixture.nats.kill('SIGKILL')
  await fixture.nats.exited
  meanwhile()
  const nats = await startNats({ storeDir: fixture.storeDir, port: fixture.nats.port })
  fixture = { ...fixture, nats, remove: removal(fixture, nats) }
}

const removal =
  ({ storeDir }: NatsFixture, nats: NatsFixture['nats']) =>
  async () => {
    await nats.stop()
    rmSync(storeDir, { recursive: true, force: true })
  }

test('a killed server comes back with what it acknowledged, and both directions go on', async () => {
  await restart()
  await publishAndSee('after')
  expect(await bus.streamState(STREAM)).toMatchObject({ messages: 2 })
})

test('a durable deleted and made again is found again', async () => {
  await driverOf(bus).manager.consumers.delete(STREAM, DURABLE)
  await expect.poll(() => statuses.some(({ type }) => type === 'missing'), RECOVERY).toBe(true)
  await provision(bus, topology)
  await publishAndSee('after')
})

test('a durable that says nothing though it has messages is asked anew', async () => {
  const { manager } = driverOf(bus)
  await manager.consumers.pause(STREAM, DURABLE, new Date(Date.now() + 60_000))
  await bus.publishWindow([{ id: 'after', subject: 'evt.ledger.a.b.v1.x', body: '{}' }])
  const asked = () => statuses.some((status) => status.type === 'recreated' && status.reason === 'silent')
  await expect.poll(asked, RECOVERY).toBe(true)
  await manager.consumers.resume(STREAM, DURABLE)
  await expect.poll(() => seen.has('after'), RECOVERY).toBe(true)
})

test('a wiped store is found again once it is provisioned, with another time of creation', async () => {
  const before = await bus.streamState(STREAM)
  await restart(() => rmSync(join(fixture.storeDir, 'jetstream'), { recursive: true, force: true }))
  await expect.poll(() => bus.streamState(STREAM).catch(() => undefined), RECOVERY).toBeNull()
  await provision(bus, topology)
  await publishAndSee('after')
  expect((await bus.streamState(STREAM))?.created).not.toBe(before?.created)
})

test('a window in flight while the server dies is stored whole and in order', async () => {
  const window = Array.from({ length: 256 }, (_, i) => ({ id: `w${i}`, subject: 'evt.ledger.a.b.v1.x', body: '{}' }))
  const publishing = bus.publishWindow(window, { giveUpAfterMs: 20_000, attemptMs: 1_000 })
  await restart()
  const results = await publishing
  const sequences = results.map((result) => (result.ok ? result.sequence : 0))
  expect(sequences).toEqual(Array.from({ length: 256 }, (_, i) => i + 2))
})
