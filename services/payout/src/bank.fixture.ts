import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ActivityReport, advanceClock, startTimerRunner } from '@draupnir/clock'
import { connect } from '@draupnir/db'
import { contextFor, createApp, withFields } from '@draupnir/http'
import type { Id } from '@draupnir/ids'
import { emptyDatabase } from '@draupnir/sandbox/testing'
import { startSandbox } from '@draupnir/sandbox-modern-treasury'
import { TEST_TENANT, testLog } from '@draupnir/testing'
import { addDuration, duration } from '@draupnir/time'
import { type BankAccount, instantField, type Party } from '@draupnir/wire'
import { getRequestListener } from '@hono/node-server'
import { afterAll } from 'vitest'
import { z } from 'zod'
import { openBank } from './modern-treasury/client.ts'
import { requestPayout } from './payout/request-payout.ts'
import { reservePayout } from './payout/reserve-payout.ts'
import { routes } from './routes.ts'
import { newParty, payoutService } from './service.fixture.ts'
import { timers } from './timers.ts'

const WEBHOOK_KEY = 'whk_test'
const activityAnswer = z.object({
  name: z.string(),
  counter: z.number(),
  busy: z.array(z.object({ what: z.string(), count: z.number() })),
  next_due_at: instantField.nullable(),
})

export interface Fault {
  readonly match: { readonly method?: string; readonly path_prefix?: string; readonly event_type?: string }
  readonly effect: string
  readonly status?: number
  readonly remaining?: number
}

/** The service with its routes and timers, and the sandbox of the bank, over HTTP and on one test clock. */
export async function payoutAtBank(options: { readonly timeoutMs?: number } = {}) {
  const service = await payoutService()
  const log = testLog()
  const bankDatabase = await emptyDatabase()
  const config = {
    host: '127.0.0.1',
    port: 0,
    databaseUrl: bankDatabase.url,
    clockDatabaseUrl: undefined,
    organizationId: 'org',
    apiKey: 'key',
    webhookKey: WEBHOOK_KEY,
    controlSecret: 'control',
    webhookUrl: undefined,
  }
  const sandbox = await startSandbox(config, service.clock)
  const bank = openBank({
    baseUrl: sandbox.url,
    organizationId: 'org',
    apiKey: 'key',
    timeoutMs: options.timeoutMs ?? 10_000,
    internalAccountId: null,
  })
  const locks = connect({ url: service.url, applicationName: 'test locks', maxConnections: 4 })
  const server = await serve(service, log, locks, bank)
  const runner = startTimerRunner({
    db: service.db,
    clock: service.clock,
    definitions: timers(bank),
    contextFor: (unit) => contextFor({ ...unit, log: withFields(log, {}) }),
    log,
    pollMs: 20,
  })
  afterAll(async () => {
    await runner.stop()
    await server.stop()
    await sandbox.stop()
    await locks.close()
    await bankDatabase.drop()
  })

  const control = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${sandbox.url}/_sandbox/${path}`, {
      method,
      headers: { authorization: 'Bearer control', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  }
  await control('POST', 'webhook-endpoints', { url: `${server.url}/webhooks/modern-treasury` })
  /** Lets time pass, each moment quiet before the next. */
  const pass = async (by: string) => {
    const ask = async ({ name }: { name: string }): Promise<ActivityReport> => {
      if (name === 'bank') return activityAnswer.parse(await (await fetch(`${sandbox.url}/internal/activity`)).json())
      const { busy, nextDueAt } = await runner.activity()
      return { name, counter: runner.counter(), busy, next_due_at: nextDueAt }
    }
    const { clock } = service
    await advanceClock({
      clock: { read: clock.read, set: async (to) => clock.set(to), exclusively: (_waitMs, work) => work() },
      participants: async () => ['payout', 'bank'].map((name) => ({ name, url: name })),
      fetchActivity: ask,
      to: addDuration(clock.now(), duration(by)),
      deadlineMs: 30_000,
    })
  }
  const registered = async (accountNumber = '123456789'): Promise<{ party: Party; account: BankAccount }> => {
    const party = (await server.post('/v1/parties', newParty)).body as unknown as Party
    await pass('PT0S')
    const account = await server.post(`/v1/parties/${party.id}/bank-accounts`, accountOf(accountNumber))
    return { party, account: account.body as unknown as BankAccount }
  }
  const payIn = async (accountNumber?: string) => {
    const { party, account } = await registered(accountNumber)
    const body = { party_id: party.id, bank_account_id: account.id, amount: { amount: '125000', currency: 'USD' } }
    const { body: made } = await server.post('/v1/pay-ins', body)
    return made.id as Id<'payIn'>
  }
  /** A payout for which the ledger has reserved the funds. */
  const payout = async (accountNumber?: string) => {
    const { party } = await registered(accountNumber)
    await requestPayout(service.ctx, service.cashOutOf(party.id, 90_000))
    const { id } = await service.onlyPayoutOf(party.id)
    await reservePayout(service.ctx, id)
    return id
  }
  const orders = async (id: string) => {
    const query = { external_id: id }
    return (await bank.mt.paymentOrders.list(query)).items
  }
  return {
    ...{ ...service, log, bank, control, pass, registered, payIn, payout, orders, ...server },
    fault: (fault: Fault) => control('POST', 'faults', fault),
    heal: () => control('DELETE', 'faults'),
  }
}

export function accountOf(accountNumber: string) {
  return { account_number: accountNumber, routing_number: '121141822', account_type: 'checking' }
}

async function serve(
  { db, clock }: Awaited<ReturnType<typeof payoutService>>,
  log: ReturnType<typeof testLog>,
  locks: ReturnType<typeof connect>,
  bank: ReturnType<typeof openBank>,
) {
  const scopes = ['parties:read', 'parties:write', 'pay-ins:read', 'pay-ins:write', 'payouts:read']
  const app = createApp({
    routes: routes(bank, WEBHOOK_KEY),
    db,
    locks,
    now: clock.read,
    log,
    fingerprintSecret: 'a secret of this test',
    authenticate: async (_request, headers) => ({
      tenant: (headers.get('x-test-tenant') as Id<'tenant'> | null) ?? TEST_TENANT,
      actor: 'key_test',
      scopes,
      request_id: 'req_test_0001',
    }),
    checkReplies: true,
  })
  const listener = createServer(getRequestListener(app.fetch))
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`
  const call = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID(), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const parsed = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
    return { status: response.status, headers: response.headers, body: parsed }
  }
  return {
    url,
    post: (path: string, body: object, headers?: Record<string, string>) => call('POST', path, body, headers),
    get: (path: string, headers?: Record<string, string>) => call('GET', path, undefined, headers),
    stop: () =>
      new Promise<void>((resolve) => {
        listener.close(() => resolve())
        listener.closeAllConnections()
      }),
  }
}
