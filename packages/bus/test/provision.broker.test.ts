import { durables, streams } from '@draupnir/wire'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { driverOf } from '../src/driver.ts'
import { type Bus, checkDrift, connectBus, provision } from '../src/index.ts'
import { durable, type NatsFixture, natsFixture, stream } from './nats-fixture.ts'

let fixture: NatsFixture
let bus: Bus

beforeAll(async () => {
  fixture = await natsFixture()
  bus = await connectBus({ url: fixture.nats.url, name: 'provision-test' })
})
afterAll(async () => {
  await bus.close()
  await fixture.remove()
})

test('what is declared is made once, and then nothing differs', async () => {
  const topology = { streams: streams(), durables: durables() }
  const first = await provision(bus, topology)
  expect(first.created).toEqual([...topology.streams, ...topology.durables].map(({ name }) => name))
  expect(await provision(bus, topology)).toEqual({ created: [], drift: [] })
  expect(await checkDrift(bus, topology)).toEqual([])
})

test('what may be changed is put right, and said', async () => {
  const topology = { streams: [stream('contract')], durables: [durable('billing', 'contract')] }
  await provision(bus, topology)
  const { manager } = driverOf(bus)
  await manager.streams.update('EVT_CONTRACT', { max_bytes: 1_000_000 })
  await manager.consumers.update('EVT_CONTRACT', 'billing--EVT_CONTRACT', { max_ack_pending: 1 })
  const settings = ['max_bytes', 'max_ack_pending']
  expect((await checkDrift(bus, topology)).map(({ setting, fixed }) => [setting, fixed])).toEqual(
    settings.map((setting) => [setting, false]),
  )
  const { drift } = await provision(bus, topology)
  expect(drift.map(({ setting, fixed }) => [setting, fixed])).toEqual(settings.map((setting) => [setting, true]))
  expect(await checkDrift(bus, topology)).toEqual([])
})

test('what cannot be changed is reported and left', async () => {
  await driverOf(bus).manager.streams.add({ name: 'EVT_GATEWAY2', subjects: ['evt.gateway2.>'], storage: 'memory' })
  const declaration = stream('gateway', { name: 'EVT_GATEWAY2', subjects: ['evt.gateway2.>'] })
  const { drift } = await provision(bus, { streams: [declaration], durables: [] })
  expect(drift.filter(({ fixed }) => !fixed).map(({ setting }) => setting)).toContain('storage')
})

test('what is missing shows as drift', async () => {
  const drift = await checkDrift(bus, { streams: [stream('gateway', { name: 'EVT_NONE' })], durables: [] })
  expect(drift).toEqual([{ of: 'EVT_NONE', setting: 'exists', declared: true, found: false, fixed: false }])
})
