import type { Definition } from '@draupnir/clock'
import { createApp, internalAuth, signInternal } from '@draupnir/http'
import { startReceiver } from '@draupnir/sandbox/testing'
import { createChannel, flat, invoicesOf, subscribe } from '@draupnir/sandbox-openmeter/testing'
import { nextId, TEST_TENANT, testLog } from '@draupnir/testing'
import { addMs, type Instant, MINUTE_MS } from '@draupnir/time'
import { Webhook } from 'svix'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { followContract } from '../contract/follow-contract.ts'
import { listInvoices } from '../invoice/list-invoices.ts'
import { markPastDue } from '../invoice/mark-past-due.ts'
import { provider } from '../openmeter.fixture.ts'
import { routes } from '../routes.ts'
import { billingService, contractOf, days, hours, T0 } from '../service.fixture.ts'
import { timers } from '../timers.ts'

const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes ....').toString('base64')}`
const INTERNAL = 'a secret of this test'
const service = await billingService()
const { db, clock, ctx, statusOf } = service
const { om, harness, fault } = await provider()
const receiver = await startReceiver()
afterAll(() => receiver.close())

const app = createApp({
  routes: routes(SECRET),
  db,
  now: clock.read,
  log: testLog(),
  authenticate: internalAuth(INTERNAL),
  checkReplies: true,
})
const definitions = timers(om, { url: receiver.url, secret: SECRET })
const only = (...kinds: string[]): Definition[] => definitions.filter(({ kind }) => kinds.includes(`${kind}`))
const prepare = () => service.run(...only('billing.prepare-openmeter'))
const work = () => service.run(...only('billing.refresh-invoice', 'billing.report-payment'))
const poll = async () => {
  await db.sql`update sweeps set due_at = ${clock.now()} where kind = 'billing.poll-invoices'`
  await service.run(...only('billing.poll-invoices'))
  await work()
}
const at = async (moment: Instant) => {
  clock.set(moment)
  await harness.at(moment)
}
await prepare()

let moment = 0
beforeEach(async () => {
  await harness.control('DELETE', '/faults')
  moment += 1
  await at(hours(moment))
  receiver.received.length = 0
})

/** A contract with one fee, billed in OpenMeter at once. */
async function billed(known = true) {
  const contract = contractOf()
  if (known) await followContract(ctx, contract, T0)
  const fee = { billingCadence: null, description: `line:${contract.lines[0]?.id}` }
  await subscribe(harness.om, contract.id, [flat('setup', '12.34', 'in_advance', fee)])
  await harness.settle()
  return contract
}
const invoices = ({ id }: { id: Parameters<typeof statusOf>[0] }) => listInvoices(ctx, { contractId: id }, null, 10)

/** Brings a webhook as the gateway forwards it. */
async function forward({ headers, body }: { headers: object; body: string }): Promise<number> {
  const path = '/webhooks/openmeter'
  const claims = { tenant: TEST_TENANT, actor: 'gateway', scopes: [], request_id: 'req_test_0001' }
  const signed = signInternal(INTERNAL, { method: 'POST', path, body: Buffer.from(body) }, claims)
  const svix = Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('svix-')))
  const all = { 'content-type': 'application/json', 'x-request-id': claims.request_id, ...svix, ...signed }
  return (await app.request(path, { method: 'POST', headers: all, body })).status
}
const forwardAll = async () => {
  for (const message of receiver.received) expect(await forward(message)).toBe(204)
}

describe('prepare-openmeter', () => {
  it('makes what is missing, once, whoever asks at the same time', async () => {
    await db.sql`update sweeps set due_at = ${clock.now()}`
    await Promise.all([prepare(), prepare(), prepare()])
    const names = async () => ({
      apps: (await om.apps.list())?.items.filter(({ type }) => type === 'custom_invoicing').length,
      profiles: (await om.billing.profiles.list())?.items.filter(({ name }) => name === 'Draupnir').length,
      channels: (await om.notifications.channels.list())?.items.map(({ url }) => url),
      rules: (await om.notifications.rules.list())?.items.map(({ type }) => `${type}`).sort(),
    })
    const once = { apps: 1, profiles: 1, channels: [receiver.url], rules: ['invoice.created', 'invoice.updated'] }
    expect(await names()).toEqual(once)
    await db.sql`update sweeps set due_at = ${clock.now()}`
    await prepare()
    expect(await names()).toEqual(once)
  })

  it('follows the gateway to another address', async () => {
    const moved = timers(om, { url: 'http://127.0.0.1:9/webhooks/openmeter', secret: SECRET })
    await db.sql`update sweeps set due_at = ${clock.now()}`
    await service.run(...moved.filter(({ kind }) => kind === 'billing.prepare-openmeter'))
    const urls = async () => (await om.notifications.channels.list())?.items.map(({ url }) => url)
    expect(await urls()).toEqual(['http://127.0.0.1:9/webhooks/openmeter'])
    await db.sql`update sweeps set due_at = ${clock.now()}`
    await prepare()
    expect(await urls()).toEqual([receiver.url])
  })

  it('points the rules at a channel that was made anew', async () => {
    const other = await createChannel(harness.om, receiver.url)
    const rules = async () => (await om.notifications.rules.list())?.items ?? []
    for (const { id, name, type } of await rules())
      if (type === 'invoice.created' || type === 'invoice.updated')
        await om.notifications.rules.update(id, { type, name, channels: [other] })
    await db.sql`update sweeps set due_at = ${clock.now()}`
    await prepare()
    const channels = (await rules()).flatMap((rule) => rule.channels.map(({ id }) => id))
    await harness.om.notifications.channels.delete(other)
    const [own] = (await om.notifications.channels.list())?.items ?? []
    expect(channels).toEqual([own?.id, own?.id])
  })
})

describe('a webhook', () => {
  it('makes an invoice, however often it comes', async () => {
    const contract = await billed()
    expect(receiver.received.length).toBeGreaterThan(0)
    await forwardAll()
    await work()
    await forwardAll()
    expect(await service.timers('billing.refresh-invoice')).toEqual([])
    expect(await invoices(contract)).toMatchObject([{ total: { amount: '1234' }, state: 'issued' }])
  })

  it('is refused when it is not signed, and stores nothing', async () => {
    const body = JSON.stringify({ type: 'invoice.updated', data: { id: 'om_x', customer: { key: 'x' } } })
    const headers = (secret: string) => ({
      'svix-id': 'msg_wrong',
      'svix-timestamp': `${Math.floor(new Date(clock.now()).getTime() / 1000)}`,
      'svix-signature': new Webhook(secret).sign('msg_wrong', new Date(clock.now()), body),
    })
    const wrong = `whsec_${Buffer.from('another secret of thirty-two byt').toString('base64')}`
    expect(await forward({ headers: headers(wrong), body })).toBe(401)
    expect(await db.sql`select 1 from webhook_messages where message_id = 'msg_wrong'`).toHaveLength(0)
    expect(await forward({ headers: headers(SECRET), body })).toBe(204)
  })
})

describe('the poll', () => {
  it('finds what a dropped webhook would have said', async () => {
    await poll()
    await fault({ effect: 'webhook_drop', remaining: 50 })
    const contract = await billed()
    expect(receiver.received).toEqual([])
    await poll()
    expect(await invoices(contract)).toMatchObject([{ total: { amount: '1234' }, state: 'issued' }])
  })

  it('and the webhook together make one invoice', async () => {
    const contract = await billed()
    await Promise.all([forwardAll(), poll()])
    await work()
    expect(await invoices(contract)).toHaveLength(1)
  })

  it('does not pass over an invoice whose contract is not known yet', async () => {
    const contract = await billed(false)
    await poll()
    await at(days(3))
    await poll()
    expect(await invoices(contract)).toEqual([])
    await followContract(ctx, contract, T0)
    await work()
    expect(await invoices(contract)).toHaveLength(1)
  })

  it('looks again after OpenMeter was away', async () => {
    const contract = await billed()
    await fault({ effect: 'error', status: 503, match: { path_prefix: '/api/v1/billing/invoices' } })
    await poll()
    expect(await invoices(contract)).toEqual([])
    await poll()
    expect(await invoices(contract)).toHaveLength(1)
  })
})

describe('an invoice that OpenMeter could not finish', () => {
  const stuck = (step: string, remaining = 1) => fault({ effect: 'step_failure', match: { step }, remaining })

  it.each(['draft.validating', 'draft.syncing', 'issuing.syncing', 'issuing.charge_booking'])(
    'in %s is retried there and issued',
    async (step) => {
      await stuck(step)
      const contract = await billed()
      await poll()
      expect(await invoices(contract)).toMatchObject([{ total: { amount: '1234' }, state: 'issued' }])
    },
  )

  it('again and again is said, and tried again', async () => {
    await stuck('issuing.syncing', 2)
    const contract = await billed()
    await poll()
    expect(await invoices(contract)).toEqual([])
    expect(await service.timers('billing.refresh-invoice')).toMatchObject([
      { last_error: expect.stringMatching(/was issuing.failed and is so again/) },
    ])
    await at(addMs(clock.now(), MINUTE_MS))
    await work()
    expect(await invoices(contract)).toHaveLength(1)
  })
})

describe('a payment', () => {
  const statusThere = async (contract: { id: string }) => {
    const all = await invoicesOf(harness.om)
    return all.find(({ customer }) => customer.key === contract.id)?.statusDetails.extendedStatus
  }
  async function owing() {
    const contract = await billed()
    await poll()
    const [invoice] = await invoices(contract)
    if (invoice === undefined) throw new Error('not issued')
    return { contract, invoice }
  }

  it('is reported, once, also when the answer was lost', async () => {
    const { contract, invoice } = await owing()
    await service.pays(invoice.id)
    await fault({ effect: 'timeout_after', delay_ms: 10, match: { method: 'POST', path_prefix: '/api/v1/apps' } })
    await work()
    expect(await service.timers('billing.report-payment')).toMatchObject([
      { last_error: expect.stringMatching(/did not answer/) },
    ])
    await at(days(4))
    await work()
    expect(await service.timers('billing.report-payment')).toEqual([])
    expect(await statusThere(contract)).toBe('paid')
  })

  it('that is overdue is reported, and then that it was made', async () => {
    const { contract, invoice } = await owing()
    await db.sql`update collections set state = 'refused' where invoice_id = ${invoice.id}`
    await at(invoice.due_at)
    await markPastDue(ctx, invoice.id)
    await work()
    expect(await statusThere(contract)).toBe('overdue')
    await service.pays(invoice.id)
    await work()
    expect(await statusThere(contract)).toBe('paid')
    expect(await statusOf(contract.id)).toBe('current')
  })

  it('of an invoice with two buyers is reported when both have paid', async () => {
    const contract = contractOf()
    await followContract(ctx, contract, T0)
    await followContract(ctx, { ...contract, buyer_id: nextId('party'), version: 9 }, days(1))
    await at(days(2))
    const customer = await om.customers.create({ key: contract.id, name: contract.id, currency: 'USD' })
    const part = (from: Instant, to: Instant) => ({
      name: 'Support',
      description: `line:${contract.lines[0]?.id}`,
      period: { from: new Date(from), to: new Date(to) },
      invoiceAt: new Date(days(2)),
      rateCard: { price: { type: 'flat' as const, amount: '10', paymentTerm: 'in_arrears' as const } },
    })
    const lines = [part(T0, days(1)), part(days(1), days(2))]
    await om.billing.invoices.createLineItems(customer?.id ?? '', { currency: 'USD', lines })
    await harness.settle()
    await poll()
    const [second, first] = await invoices(contract)
    expect([first?.total.amount, second?.total.amount]).toEqual(['1000', '1000'])
    await service.pays(first?.id ?? nextId('invoice'))
    await work()
    expect(await statusThere(contract)).toBe('payment_processing.pending')
    await service.pays(second?.id ?? nextId('invoice'))
    await work()
    expect(await statusThere(contract)).toBe('paid')
  })
})
