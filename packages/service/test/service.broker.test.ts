import { type ActivityReport, advanceClock, CLOCK_MIGRATIONS, provisionTestClock, sandboxClock } from '@draupnir/clock'
import { metricsToken } from '@draupnir/http'
import { newId } from '@draupnir/ids'
import { eventually, freePort, type TestBroker, testDatabase } from '@draupnir/testing'
import { addMs, HOUR_MS } from '@draupnir/time'
import { PayoutReserved } from '@draupnir/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLog, migrationsOf, type Running, startService } from '../src/index.ts'
import { call, environment, NOW, reserve, SECRET, startBroker } from './service-fixture.ts'
import { poison, tinyLedger, tinyPayout } from './tiny/services.ts'

const ledgerData = await testDatabase({ schema: 'ledger', sources: migrationsOf(tinyLedger) })
const payoutData = await testDatabase({ schema: 'payout', sources: migrationsOf(tinyPayout) })
const clockData = await testDatabase({ schema: 'clock', sources: [CLOCK_MIGRATIONS] })

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const lines: string[] = []
const log = (name: string) => createLog(name, 'info', { write: (line) => void lines.push(line) })

describe('two services in a sandbox', () => {
  let broker: TestBroker
  let ledger: Running
  let payout: Running
  const clock = sandboxClock(clockData.ownerUrl)

  beforeAll(async () => {
    await provisionTestClock(clockData.ownerUrl, NOW)
    broker = await startBroker()
    const sandbox = { CLOCK: 'sandbox', CLOCK_DATABASE_URL: clockData.url }
    const env = (url: string) => ({ ...environment(url, broker.url), ...sandbox })
    ledger = await startService(tinyLedger, { env: env(ledgerData.url), log: log('ledger') })
    payout = await startService(tinyPayout, { env: env(payoutData.url), log: log('payout') })
  })

  afterAll(async () => {
    await Promise.all([ledger.stop(), payout.stop()])
    await clock.close()
    await broker.stop()
  })

  const notesOf = async (data: typeof ledgerData, like: string) => {
    const rows = await data.db.sql<{ note: string }[]>`select note from effects where note like ${`%${like}%`}`
    return rows.map(({ note }) => note)
  }
  const payoutId = () => newId('payout', NOW)
  const read = async (running: Running, path: string) => (await call(running.url, path)).json()

  it('carries a request through outbox, relay and consumer, with who asked and why', async () => {
    const id = payoutId()
    const response = await reserve(ledger.url, id, undefined, { traceparent: TRACEPARENT })
    expect([response.status, await response.json()]).toEqual([201, { greeting: 'hello' }])
    await eventually(async () => (await notesOf(payoutData, id)).length === 1)
    const [note] = await notesOf(payoutData, id)
    expect(note).toBe(`${id} req_test_0001 ${TRACEPARENT} service:payout`)
  })

  it('has one effect everywhere for a repeated request', async () => {
    const id = payoutId()
    const answers = [await reserve(ledger.url, id, 'same'), await reserve(ledger.url, id, 'same')]
    expect(answers.map(({ status }) => status)).toEqual([201, 201])
    await eventually(async () => (await notesOf(payoutData, id)).length === 1)
    expect(await notesOf(ledgerData, id)).toHaveLength(1)
  })

  it('traces an event over producer and consumer', async () => {
    const id = payoutId()
    await reserve(ledger.url, id)
    await eventually(async () => (await notesOf(payoutData, id)).length === 1)
    const [row] = await ledgerData.db.sql<
      { event_id: string }[]
    >`select event_id from outbox where aggregate_id = ${id}`
    const path = `/internal/events/${row?.event_id}?type=${PayoutReserved.type}`
    await eventually(async () => expect(await read(ledger, path)).toMatchObject({ produced: { state: 'published' } }))
    expect(await read(payout, path)).toMatchObject({
      produced: null,
      consumed: [{ consumer: 'payout--EVT_LEDGER', state: 'applied' }],
    })
    expect((await call(ledger.url, '/internal/events/nonsense')).status).toBe(404)
  })

  it('publishes again what it is asked to, without a second effect', async () => {
    const id = payoutId()
    await reserve(ledger.url, id)
    await eventually(async () => (await notesOf(payoutData, id)).length === 1)
    const body = { aggregate_type: 'payout_reserve', aggregate_id: id }
    await eventually(async () => {
      const again = await call(ledger.url, '/internal/outbox/replay', { body })
      expect(await again.json()).toEqual({ replayed: 1 })
    })
    await eventually(async () => {
      const quiet = [await activity(ledger), await activity(payout)]
      return quiet.every(({ busy }) => busy.length === 0)
    })
    expect(await notesOf(payoutData, id)).toHaveLength(1)
    expect((await call(ledger.url, '/internal/outbox/replay', { body: { ...body, x: 1 } })).status).toBe(400)
  })

  const activity = async (running: Running) => (await read(running, '/internal/activity')) as ActivityReport

  it('moves the test clock through a timer, quiet before and after', async () => {
    const id = payoutId()
    await reserve(ledger.url, id)
    const to = addMs(NOW, 2 * HOUR_MS)
    const participants = await clock.participants()
    expect(participants.map(({ name }) => name)).toEqual(['ledger', 'payout'])
    const advanced = await advanceClock({
      clock,
      to,
      deadlineMs: 20_000,
      participants: clock.participants,
      fetchActivity: async ({ url }) => (await call(url, '/internal/activity')).json() as Promise<ActivityReport>,
    })
    expect(advanced).toMatchObject({ now: to })
    expect(await notesOf(ledgerData, `later ${id}`)).toHaveLength(1)
    expect(await notesOf(payoutData, id)).toHaveLength(1)
  })

  it('counts a request under way as busy, and looking as nothing', async () => {
    const before = await activity(ledger)
    expect((await activity(ledger)).counter).toBe(before.counter)
    const slow = call(ledger.url, '/v1/slow?seconds=0.3')
    await eventually(async () => (await activity(ledger)).busy.some(({ what }) => what === 'requests'))
    await slow
    expect((await activity(ledger)).counter).toBeGreaterThan(before.counter)
  })

  it('parks poison, lists it, refuses out of order, replays and skips', async () => {
    const id = payoutId()
    poison.add(id)
    await reserve(ledger.url, id)
    await reserve(ledger.url, id)
    type List = { data: { id: string; aggregate_seq: number; error: string }[] }
    const list = async () => ((await read(payout, `/internal/parked-events?aggregate_id=${id}`)) as List).data
    await eventually(async () => (await list()).length === 2)
    const [first, second] = await list()
    expect(first).toMatchObject({ aggregate_seq: 1, error: expect.stringContaining('this one is poison') })
    const act = (which: string | undefined, what: string) =>
      call(payout.url, `/internal/parked-events/${which}/${what}`, { method: 'POST' })
    expect((await act(second?.id, 'skip')).status).toBe(409)
    expect((await act('prk_nonsense', 'skip')).status).toBe(404)
    poison.delete(id)
    expect(await (await act(first?.id, 'replay')).json()).toEqual({ settled: 2, remaining: 0, stopped: null })
    expect(await notesOf(payoutData, id)).toHaveLength(2)
    expect(await list()).toEqual([])
  })

  it('tells of itself: health, readiness, metrics, OpenAPI, checks', async () => {
    expect(await (await fetch(`${ledger.url}/healthz`)).json()).toEqual({ status: 'ok' })
    expect(await (await fetch(`${ledger.url}/readyz`)).json()).toEqual({ status: 'ready', reasons: [] })
    expect((await fetch(`${ledger.url}/metrics`)).status).toBe(401)
    const authorization = `Bearer ${metricsToken(SECRET)}`
    const metrics = await (await fetch(`${ledger.url}/metrics`, { headers: { authorization } })).text()
    for (const name of [
      'outbox_pending',
      'outbox_oldest_pending_seconds',
      'events_parked',
      'timers_due',
      'timers_overdue',
    ])
      expect(metrics).toMatch(new RegExp(`^${name}\\{service="ledger"\\} \\d`, 'm'))
    expect(metrics).toMatch(/^relay_published_total\{service="ledger"\} [1-9]/m)
    expect(metrics).toMatch(/^consumer_lag\{stream="EVT_PAYOUT",service="ledger"\} 0/m)
    expect(metrics).toMatch(
      /http_request_duration_seconds_count\{service="ledger",method="POST",route="\/v1\/payouts\/\{payout_id\}\/reserve",status="201"/,
    )
    expect(await read(ledger, '/internal/openapi.json')).toMatchObject({
      openapi: '3.1.0',
      paths: { '/v1/slow': { get: { 'x-required-scope': 'payouts:write' } } },
    })
    expect(await read(ledger, '/internal/verify')).toMatchObject({ checks: [{ ok: true }] })
  })

  it('keeps internal routes from callers without the scope', async () => {
    const claims = { tenant: null, actor: 'key_x', scopes: ['payouts:write'], request_id: 'req_x_000001' }
    for (const path of ['activity', 'openapi.json', 'verify', 'parked-events', 'events/x']) {
      const response = await call(ledger.url, `/internal/${path}`, { claims })
      expect([path, response.status]).toEqual([path, 403])
    }
  })

  it('logs with request and correlation id, and without what must not be read', async () => {
    await reserve(ledger.url, payoutId(), undefined, { 'x-request-id': 'req_in_the_log' })
    const line = lines
      .map((text) => JSON.parse(text))
      .find((entry) => entry.request_id === 'req_in_the_log' && entry.msg === 'reserved')
    expect(line).toMatchObject({ service: 'ledger', level: 'info', correlation_id: 'req_test_0001' })
    expect(line).toMatchObject({ account_number: '[redacted]', nested: { authorization: '[redacted]' } })
    expect(lines.join('')).not.toContain('4111111111111111')
  })

  it('answers nobody before it has started what it needs', async () => {
    const port = await freePort()
    const seen: string[] = []
    const startsFirst = {
      ...tinyPayout,
      build: (given: Parameters<typeof tinyPayout.build>[0]) => ({
        ...tinyPayout.build(given),
        start: async () => {
          await fetch(`http://127.0.0.1:${port}/healthz`).then(
            () => seen.push('answered'),
            () => seen.push('closed'),
          )
          return async () => void seen.push('stopped')
        },
      }),
    }
    const env = { ...environment(payoutData.url, broker.url), PORT: `${port}` }
    const running = await startService(startsFirst, { env, log: log('payout') })
    expect((await fetch(`${running.url}/healthz`)).status).toBe(200)
    await running.stop()
    expect(seen).toEqual(['closed', 'stopped'])
  })

  it('is not ready while the database lacks a migration', async () => {
    await ledgerData.owner.sql`update schema_migrations set name = '0001-renamed.sql' where source = 'ledger'`
    const response = await fetch(`${ledger.url}/readyz`)
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({
      status: 'not-ready',
      reasons: ['migrations are missing: ledger/0001-effects.sql'],
    })
    await ledgerData.owner.sql`update schema_migrations set name = '0001-effects.sql' where source = 'ledger'`
    expect((await fetch(`${ledger.url}/readyz`)).status).toBe(200)
  })

  it('leaves nothing when it stops', async () => {
    await payout.stop()
    await expect(fetch(`${payout.url}/healthz`)).rejects.toThrow()
    expect((await clock.participants()).map(({ name }) => name)).toEqual(['ledger'])
    const left = () => payoutData.owner.sql`
      select application_name from pg_stat_activity
      where datname = current_database() and application_name in ('payout', 'payout-locks')`
    await eventually(async () => expect(await left()).toHaveLength(0))
    await payout.stop()
  })
})
