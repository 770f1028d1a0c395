import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, transact } from '@draupnir/db'
import { emit } from '@draupnir/outbox'
import { startSystem } from '@draupnir/stack/system'
import { eventually, nextId, testContext } from '@draupnir/testing'
import { PayoutReserved } from '@draupnir/wire'
import { afterAll, expect, it } from 'vitest'
import { PLATFORM_TENANT } from '../tenant/tenant.ts'

const folder = mkdtempSync(join(tmpdir(), 'draupnir-parked-'))
const dataDir = join(folder, 'data')
const system = await startSystem({ dataDir, settings: {}, postgresSettings: { shared_buffers: '32MB', fsync: 'off' } })
afterAll(async () => {
  await system.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** As the ledger would, but of a payout that nobody requested. */
async function publishPoison(): Promise<string> {
  const secrets = JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8')) as Record<string, string>
  const url = new URL(system.databaseUrl)
  url.username = 'ledger'
  url.password = secrets['password:ledger'] ?? ''
  const db = connect({ url: url.href, applicationName: 'poison', maxConnections: 2 })
  const data = {
    payout_id: nextId('payout'),
    party_id: nextId('party'),
    amount: { amount: '1', currency: 'USD' as const },
    transaction_id: nextId('transaction'),
  }
  const { eventId } = await transact(testContext(db, { tenant: PLATFORM_TENANT }), (ctx) =>
    emit(ctx, PayoutReserved, { data }),
  )
  await db.close()
  return eventId
}

async function call(method: string, path: string, body?: object) {
  const response = await fetch(system.gatewayUrl + path, {
    method,
    headers: { authorization: `Bearer ${system.apiKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

it('shows what is stuck, tries it again, leaves it, and then all is done', async () => {
  const eventId = await publishPoison()
  const trace = async () => (await call('GET', `/v1/events/${eventId}`)).body
  const parked = await eventually(async () => {
    const { body } = await call('GET', '/v1/operations/parked-events')
    const [row] = body.data as { id: string; service: string; event_id: string }[]
    return row ?? false
  }, 60_000)
  expect(parked).toMatchObject({ service: 'payout', event_id: eventId })
  expect(await trace()).toMatchObject({ done: false, consumers: [{ consumer: 'payout--EVT_LEDGER', state: 'parked' }] })
  const path = `/v1/operations/payout/parked-events/${parked.id}`
  expect(await call('POST', `${path}/replay`, {})).toMatchObject({ status: 200, body: { settled: 0, remaining: 1 } })
  expect(await trace()).toMatchObject({ done: false })
  expect(await call('POST', `${path}/skip`)).toMatchObject({ status: 200, body: { remaining: 0 } })
  expect(await trace()).toMatchObject({ done: true, consumers: [{ state: 'skipped' }] })
  expect((await call('GET', '/v1/operations/parked-events')).body).toEqual({ data: [] })
  expect(await call('POST', `${path}/skip`)).toMatchObject({ status: 404, body: { code: 'parked.not-found' } })
})
