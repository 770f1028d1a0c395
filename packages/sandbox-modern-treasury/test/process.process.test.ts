import { CLOCK_MIGRATIONS, provisionTestClock, sandboxClock } from '@draupnir/clock'
import { emptyDatabase, startReceiver } from '@draupnir/sandbox/testing'
import { freePort } from '@draupnir/stack'
import { eventually, startScript, testDatabase } from '@draupnir/testing'
import { instant } from '@draupnir/time'
import ModernTreasury from 'modern-treasury'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { onboard, order } from './harness.ts'

const shared = await testDatabase({ schema: 'clock', sources: [CLOCK_MIGRATIONS] })
const clock = sandboxClock(shared.url)
const database = await emptyDatabase()
const receiver = await startReceiver()
const port = await freePort()
const url = `http://127.0.0.1:${port}`
const mt = new ModernTreasury({ organizationID: 'org', apiKey: 'key', baseURL: url })
const running: ReturnType<typeof startScript>[] = []

const start = async () => {
  const script = startScript({
    script: new URL('../src/main.ts', import.meta.url),
    env: {
      HOST: '127.0.0.1',
      PORT: String(port),
      DATABASE_URL: database.url,
      CLOCK_DATABASE_URL: shared.url,
      MODERN_TREASURY_ORGANIZATION_ID: 'org',
      MODERN_TREASURY_API_KEY: 'key',
      MODERN_TREASURY_WEBHOOK_KEY: 'whk',
      WEBHOOK_URL: receiver.url,
    },
  })
  running.push(script)
  await script.printed(`sandbox-modern-treasury listens on ${url}`)
  return script
}

beforeAll(() => provisionTestClock(shared.ownerUrl, instant('2026-01-05T15:00:00Z')))
afterAll(async () => {
  for (const { kill } of running) kill('SIGKILL')
  await Promise.all(running.map(({ ended }) => ended))
  await clock.close()
  await receiver.close()
  await database.drop()
}, 60_000)

test('follows the shared clock, outlives SIGKILL with its work and webhooks, and ends cleanly on SIGTERM', async () => {
  const first = await start()
  const { ea } = await onboard(mt)
  const { id } = await mt.paymentOrders.create(order(ea, 100, 'debit'))
  await clock.set(instant('2026-01-05T15:01:00Z'))
  await eventually(async () => (await mt.paymentOrders.retrieve(id)).status === 'sent')
  first.kill('SIGKILL')
  await first.ended

  await clock.set(instant('2026-01-06T15:00:00Z'))
  const second = await start()
  await eventually(async () => (await mt.paymentOrders.retrieve(id)).status === 'completed')
  const ids = () =>
    receiver.received
      .filter(({ headers }) => headers['x-topic'] === 'payment_order')
      .map(({ body }) => JSON.parse(body).event)
  await eventually(() => ids().includes('completed') && ids().includes('reconciled'))
  expect((await mt.transactions.list({ posted: true })).items).toHaveLength(1)

  second.kill('SIGTERM')
  expect(await second.ended).toMatchObject({ code: 0 })
}, 60_000)
