import { connectBus, provision } from '@draupnir/bus'
import { internalRequest } from '@draupnir/http'
import type { Id } from '@draupnir/ids'
import { emptyDatabase } from '@draupnir/sandbox/testing'
import { startSandbox } from '@draupnir/sandbox-modern-treasury'
import { migrationsOf } from '@draupnir/service'
import {
  eventually,
  freePort,
  nextId,
  type RunningScript,
  startScript,
  startTestBroker,
  testDatabase,
} from '@draupnir/testing'
import { fromEpochMs } from '@draupnir/time'
import { durables, streams } from '@draupnir/wire'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { accountOf } from './bank.fixture.ts'
import { openBank } from './modern-treasury/client.ts'
import { newParty } from './service.fixture.ts'
import { payout } from './service.ts'

const SECRET = 'secret-of-the-payout-process-tests'
const ACCOUNT_NUMBER = '40718293645517'
const tenant = nextId('tenant')
const { owner, url } = await testDatabase({ schema: 'payout', sources: migrationsOf(payout) })
const bankDatabase = await emptyDatabase()
const broker = await startTestBroker()
const clock = { read: async () => fromEpochMs(Date.now()) }
const sandbox = await startSandbox(
  {
    host: '127.0.0.1',
    port: 0,
    databaseUrl: bankDatabase.url,
    clockDatabaseUrl: undefined,
    organizationId: 'org',
    apiKey: 'key',
    webhookKey: 'whk',
    controlSecret: 'control',
    webhookUrl: undefined,
  },
  clock,
)
const bank = openBank({
  baseUrl: sandbox.url,
  organizationId: 'org',
  apiKey: 'key',
  timeoutMs: 5_000,
  internalAccountId: null,
})
const running: RunningScript[] = []
let output = ''
let port = 0

beforeAll(async () => {
  const bus = await connectBus({ url: broker.url, name: 'provisioner' })
  await provision(bus, { streams: streams(), durables: durables() })
  await bus.close()
  port = await freePort()
})
afterEach(stopAll)
afterAll(async () => {
  await sandbox.stop()
  await broker.stop()
  await bankDatabase.drop()
})

/** The real process; `crashAt` makes it end itself by SIGKILL there. The bank has long to answer, unless it is not to. */
async function start(crashAt?: string, timeoutMs = 20_000): Promise<RunningScript> {
  const script = startScript({
    script: new URL('./main.ts', import.meta.url),
    env: {
      PORT: String(port),
      DATABASE_URL: url,
      NATS_URL: broker.url,
      INTERNAL_AUTH_SECRET: SECRET,
      LOG_LEVEL: 'trace',
      MODERN_TREASURY_BASE_URL: sandbox.url,
      MODERN_TREASURY_ORGANIZATION_ID: 'org',
      MODERN_TREASURY_API_KEY: 'key',
      MODERN_TREASURY_WEBHOOK_KEY: 'whk',
      MODERN_TREASURY_TIMEOUT_MS: String(timeoutMs),
      ...(crashAt === undefined ? {} : { DRAUPNIR_CRASH_POINTS: '1', CRASH_AT: `${crashAt}:1` }),
    },
  })
  running.push(script)
  await Promise.race([
    eventually(async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok, 20_000),
    script.ended.then(({ output: said }) => Promise.reject(new Error(`did not start: ${said}`))),
  ])
  return script
}

async function stopAll(): Promise<void> {
  for (const script of running.splice(0)) {
    script.kill('SIGTERM')
    output += (await script.ended).output
  }
}

async function call(path: string, body?: object, key: string = crypto.randomUUID()) {
  const scopes = ['parties:read', 'parties:write', 'pay-ins:read', 'pay-ins:write']
  const response = await internalRequest({
    secret: SECRET,
    claims: { tenant, actor: 'key_test', scopes, request_id: 'req_test_0001' },
    baseUrl: `http://127.0.0.1:${port}`,
    path,
    ...(body === undefined ? {} : { body }),
    headers: { 'idempotency-key': key },
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> & { id: string } }
}

async function onboard(): Promise<Id<'party'>> {
  const { body } = await call('/v1/parties', newParty)
  await eventually(async () => (await call(`/v1/parties/${body.id}`)).body.state === 'onboarded')
  return body.id as Id<'party'>
}

async function fault(body: object): Promise<void> {
  const headers = { authorization: 'Bearer control', 'content-type': 'application/json' }
  await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'POST', headers, body: JSON.stringify(body) })
}

it('pays in once after a SIGKILL between the bank’s answer and the commit', async () => {
  await start()
  const partyId = await onboard()
  const account = await call(`/v1/parties/${partyId}/bank-accounts`, accountOf(ACCOUNT_NUMBER))
  await stopAll()

  const crashing = await start('after-provider-call-before-commit')
  const body = { party_id: partyId, bank_account_id: account.body.id, amount: { amount: '1000', currency: 'USD' } }
  const { body: payIn } = await call('/v1/pay-ins', body)
  expect((await crashing.ended).signal).toBe('SIGKILL')
  const orders = async () => (await bank.mt.paymentOrders.list({ external_id: payIn.id })).items
  expect(await orders()).toHaveLength(1)

  await start()
  // Another process may take the work over only when the lease of the dead one has run out.
  await eventually(async () => (await call(`/v1/pay-ins/${payIn.id}`)).body.state === 'processing', 30_000)
  expect(await orders()).toHaveLength(1)
})

it('registers an account once after a SIGKILL in the middle of the request, retried with the same key', async () => {
  await start()
  const partyId = await onboard()
  await stopAll()

  const crashing = await start('after-provider-call-before-commit')
  const register = () => call(`/v1/parties/${partyId}/bank-accounts`, accountOf(ACCOUNT_NUMBER), 'the-same-key')
  await expect(register()).rejects.toThrow()
  expect((await crashing.ended).signal).toBe('SIGKILL')
  await start()
  expect((await call(`/v1/parties/${partyId}`)).body.bank_accounts).toMatchObject([{ state: 'pending' }])
  const answer = await eventually(async () => {
    const retried = await register()
    return retried.status !== 409 && retried
  })
  expect(answer).toMatchObject({ status: 201, body: { state: 'active', last4: '5517' } })
  const known = await bank.mt.externalAccounts.list({ external_id: answer.body.id })
  expect(known.items).toHaveLength(1)
})

it('lets an account number into no table and no log, whatever the bank answers', async () => {
  await start(undefined, 1_000)
  const partyId = await onboard()
  const path = `/v1/parties/${partyId}/bank-accounts`
  for (const effect of [
    { effect: 'error', status: 500 },
    { effect: 'error', status: 422 },
    { effect: 'timeout_after' },
  ]) {
    await fault({ match: { method: 'POST', path_prefix: '/api/external_accounts' }, remaining: 1, ...effect })
    expect((await call(path, accountOf(ACCOUNT_NUMBER))).status).toBeGreaterThanOrEqual(400)
  }
  expect((await call(path, { ...accountOf(ACCOUNT_NUMBER), routing_number: '1' })).status).toBe(400)
  expect((await call(path, { ...accountOf(ACCOUNT_NUMBER), more: true })).status).toBe(400)
  expect((await call(path, accountOf(ACCOUNT_NUMBER))).status).toBe(201)
  await stopAll()
  const dump = await everyRow()
  expect(dump).toContain(partyId)
  expect(output).toContain('/v1/parties/{party_id}/bank-accounts')
  expect(dump).not.toContain(ACCOUNT_NUMBER)
  expect(output).not.toContain(ACCOUNT_NUMBER)
})

async function everyRow(): Promise<string> {
  const tables = await owner.sql<{ name: string }[]>`
    select table_name as name from information_schema.tables where table_schema = 'payout' and table_type = 'BASE TABLE'`
  const dumps = await Promise.all(
    tables.map(({ name }) => owner.sql`select to_jsonb(t)::text as row from ${owner.sql(name)} t`),
  )
  return JSON.stringify(dumps)
}
