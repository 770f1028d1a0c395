import { durables, streams } from '@draupnir/wire'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectBus, inboxPrefix, natsUsers, provision, servicePermissions } from '../src/index.ts'
import { type NatsFixture, natsFixture } from './nats-fixture.ts'

const topology = { streams: streams(), durables: durables() }
const passwords = { ledger: 'ledger-password', billing: 'billing-password' }
const provisioner = { user: 'provisioner', password: 'provisioner-password' }

let fixture: NatsFixture
const connections = new Map<string, NatsConnection>()

beforeAll(async () => {
  fixture = await natsFixture(natsUsers({ ...topology, passwords, provisioner }))
  const bus = await connectBus({ url: fixture.nats.url, name: 'provisioner', ...provisioner })
  await provision(bus, topology)
  await bus.close()
  for (const [user, pass] of [...Object.entries(passwords), [provisioner.user, provisioner.password] as const]) {
    const inbox = inboxPrefix(user)
    connections.set(
      user,
      await connect({ servers: fixture.nats.url, user, pass, inboxPrefix: inbox, reconnect: false }),
    )
  }
})
afterAll(async () => {
  await Promise.all([...connections.values()].map((nc) => nc.close()))
  await fixture.remove()
})

/** What the server says of it: a violation reaches the client before the answer to the ping that follows. */
async function allowed(user: string, act: (nc: NatsConnection) => void): Promise<boolean> {
  const nc = connections.get(user)
  if (nc === undefined) throw new Error(`no connection of ${user}`)
  let refused = false
  const statuses = nc.status()
  const watching = (async () => {
    for await (const status of statuses) if (status.type === 'error') refused = true
  })()
  act(nc)
  await nc.flush()
  if ('stop' in statuses && typeof statuses.stop === 'function') statuses.stop()
  await watching
  return !refused
}

const publish = (subject: string) => (nc: NatsConnection) => nc.publish(subject, '')
const subscribe = (subject: string) => (nc: NatsConnection) => {
  nc.subscribe(subject, { callback: () => undefined })
}

describe('the ledger may', () => {
  test.each([
    'evt.ledger.journal.appended.v1.txn_1',
    '$JS.API.STREAM.INFO.EVT_LEDGER',
    '$JS.API.CONSUMER.INFO.EVT_BILLING.ledger--EVT_BILLING',
    '$JS.API.CONSUMER.MSG.NEXT.EVT_BILLING.ledger--EVT_BILLING',
    '$JS.ACK.EVT_BILLING.ledger--EVT_BILLING.1.2.3.4.5',
    '$JS.ACK.domain.account.EVT_BILLING.ledger--EVT_BILLING.1.2.3.4.5.token',
  ])('publish %s', async (subject) => {
    expect(await allowed('ledger', publish(subject))).toBe(true)
  })
  test('hear its own inbox', async () => {
    expect(await allowed('ledger', subscribe('_INBOX_ledger.>'))).toBe(true)
  })
})

describe('the ledger may not', () => {
  test.each([
    'evt.billing.invoice.paid.v1.inv_1',
    'evt.ledger',
    '$JS.API.INFO',
    '$JS.API.STREAM.INFO.EVT_BILLING',
    '$JS.API.STREAM.CREATE.EVT_LEDGER',
    '$JS.API.STREAM.UPDATE.EVT_LEDGER',
    '$JS.API.STREAM.DELETE.EVT_LEDGER',
    '$JS.API.STREAM.PURGE.EVT_LEDGER',
    '$JS.API.STREAM.MSG.GET.EVT_LEDGER',
    '$JS.API.STREAM.MSG.DELETE.EVT_LEDGER',
    '$JS.API.DIRECT.GET.EVT_BILLING',
    '$JS.API.CONSUMER.CREATE.EVT_BILLING.ledger--EVT_BILLING',
    '$JS.API.CONSUMER.DURABLE.CREATE.EVT_BILLING.ledger--EVT_BILLING',
    '$JS.API.CONSUMER.DELETE.EVT_BILLING.ledger--EVT_BILLING',
    '$JS.API.CONSUMER.INFO.EVT_LEDGER.billing--EVT_LEDGER',
    '$JS.API.CONSUMER.MSG.NEXT.EVT_LEDGER.billing--EVT_LEDGER',
    '$JS.ACK.EVT_LEDGER.billing--EVT_LEDGER.1.2.3.4.5',
    '$JS.ACK.d.a.EVT_LEDGER.billing--EVT_LEDGER.1.2.3.4.5.t',
    '_INBOX_billing.x',
    '$SYS.REQ.SERVER.PING',
  ])('publish %s', async (subject) => {
    expect(await allowed('ledger', publish(subject))).toBe(false)
  })
  test.each(['evt.>', 'evt.ledger.>', '_INBOX_billing.>', '_INBOX.>', '$JS.>', '>'])('hear %s', async (subject) => {
    expect(await allowed('ledger', subscribe(subject))).toBe(false)
  })
})

describe('the provisioner', () => {
  test.each(['$JS.API.STREAM.CREATE.EVT_X', '$JS.API.STREAM.INFO.EVT_X', '$JS.API.CONSUMER.CREATE.EVT_X.d'])(
    'may publish %s',
    async (subject) => {
      expect(await allowed('provisioner', publish(subject))).toBe(true)
    },
  )
  test.each([
    'evt.ledger.journal.appended.v1.txn_1',
    '$JS.API.STREAM.DELETE.EVT_LEDGER',
    '$JS.API.STREAM.PURGE.EVT_LEDGER',
    '$JS.API.CONSUMER.DELETE.EVT_LEDGER.billing--EVT_LEDGER',
    '$JS.API.CONSUMER.MSG.NEXT.EVT_LEDGER.billing--EVT_LEDGER',
  ])('may not publish %s', async (subject) => {
    expect(await allowed('provisioner', publish(subject))).toBe(false)
  })
})

describe('the door', () => {
  test.each([
    ['nobody', {}],
    ['a wrong password', { user: 'ledger', pass: 'guess' }],
    ['an unknown user', { user: 'mallory', pass: 'x' }],
  ])('is closed to %s', async (_, login) => {
    await expect(connect({ servers: fixture.nats.url, reconnect: false, ...login })).rejects.toThrow(/authorization/i)
  })
})

test('no service may publish what another publishes, nor read or acknowledge what another reads', () => {
  const all = topology.streams.map(({ service }) => servicePermissions(service, topology))
  const publishes = all.flatMap((each) => each.publish)
  expect(publishes.length).toBeGreaterThan(topology.streams.length)
  expect(new Set(publishes).size).toBe(publishes.length)
})

test('events flow between two users that have no more rights than these', async () => {
  const [ledger, billing] = await Promise.all(
    (['ledger', 'billing'] as const).map((user) =>
      connectBus({ url: fixture.nats.url, name: user, user, password: passwords[user] }),
    ),
  )
  const heard = Promise.withResolvers<string>()
  const subject = 'evt.ledger.wallet.credited.v1.acc_1'
  await ledger?.publishWindow([{ id: 'm1', subject, body: '{}' }])
  const consumption = billing?.consume({
    stream: 'EVT_LEDGER',
    durable: 'billing--EVT_LEDGER',
    onDelivery: (delivery) => {
      delivery.ack()
      if (delivery.messageId === 'm1') heard.resolve(delivery.subject)
      return undefined
    },
  })
  expect(await heard.promise).toBe(subject)
  await expect
    .poll(() => billing?.consumerState('EVT_LEDGER', 'billing--EVT_LEDGER'))
    .toMatchObject({ pending: 0, ackPending: 0 })
  await consumption?.stop()
  await Promise.all([ledger?.close(), billing?.close()])
})
