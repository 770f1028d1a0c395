import { createApp, internalAuth, signInternal } from '@draupnir/http'
import { nextId, testLog } from '@draupnir/testing'
import { HOUR_MS } from '@draupnir/time'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { copiesThere, mirrorBench, payIn } from './mirror.fixture.ts'
import { mirrorRoutes } from './mirror.routes.ts'

const bench = await mirrorBench()
const { db, clock, follow, fault, heal } = bench
const SECRET = 'a secret of this test'
const appOf = (on: boolean) =>
  createApp({
    routes: mirrorRoutes(on),
    db,
    now: clock.read,
    log: testLog(),
    authenticate: internalAuth(SECRET),
    fingerprintSecret: SECRET,
    checkReplies: true,
  })
const answer = z.looseObject({
  state: z.string().optional(),
  audited_at: z.string().nullish(),
  findings: z.array(z.unknown()).optional(),
})
const [app, without] = [appOf(true), appOf(false)]
const ctx = bench.fresh()

async function call(
  method: 'GET' | 'POST',
  path: string,
  over: { app?: typeof app; scopes?: string[]; body?: object } = {},
) {
  const scopes = over.scopes ?? ['ledger:read', 'ledger:write']
  const claims = { tenant: ctx.tenant, actor: 'key_test', scopes, request_id: 'req_test_0001' }
  const body = method === 'POST' ? JSON.stringify(over.body ?? {}) : undefined
  const signed = signInternal(
    SECRET,
    { method, path, ...(body === undefined ? {} : { body: Buffer.from(body) }) },
    claims,
  )
  const response = await (over.app ?? app).request(path, {
    method,
    headers: {
      'content-type': 'application/json',
      'x-request-id': claims.request_id,
      'idempotency-key': crypto.randomUUID(),
      ...signed,
    },
    ...(body === undefined ? {} : { body }),
  })
  return { status: response.status, body: answer.parse(await response.json()) }
}

describe('GET /v1/ledger/mirror', () => {
  it('says how far the mirror is, and why it is no further', async () => {
    const standing = async () => (await call('GET', '/v1/ledger/mirror')).body
    const nothing = { links: 0, transactions: 0, oldest_recorded_at: null }
    const rest = { last_error: null, next_attempt_at: null }
    expect(await standing()).toEqual({ state: 'current', ledger_id: null, behind: nothing, ...rest })
    const { bookedAt } = await payIn(ctx, nextId('party'), 5)
    const one = { links: 1, transactions: 1, oldest_recorded_at: bookedAt }
    expect(await standing()).toEqual({ state: 'behind', ledger_id: null, behind: one, ...rest })
    await fault({ match: { method: 'POST' }, effect: 'error', status: 500 })
    await follow()
    expect(await standing()).toMatchObject({
      state: 'failing',
      behind: one,
      last_error: 'Modern Treasury answered ledgers.create with 500',
      next_attempt_at: expect.any(String),
    })
    await heal()
    clock.advance(HOUR_MS)
    await follow()
    const [copy] = await copiesThere(bench.mt, ctx)
    expect(await standing()).toEqual({ state: 'current', ledger_id: copy?.ledger_id, behind: nothing, ...rest })
  })

  it('says when there is none, and takes no orders then', async () => {
    expect((await call('GET', '/v1/ledger/mirror', { app: without })).body.state).toBe('off')
    for (const path of ['/v1/ledger/mirror/audits', '/v1/ledger/mirror/retries'])
      expect(await call('POST', path, { app: without })).toMatchObject({
        status: 409,
        body: { code: 'ledger.mirror-off' },
      })
  })
})

describe('GET /v1/ledger/mirror/drift', () => {
  it('says what the last audit found, and when that was', async () => {
    expect((await call('GET', '/v1/ledger/mirror/drift')).body).toEqual({ audited_at: null, findings: [] })
    const booked = await payIn(ctx, nextId('party'), 9, 'pending')
    await follow()
    await bench.control('POST', 'ledger_transactions/archive', { external_id: booked.id })
    clock.advance(HOUR_MS)
    await bench.audit()
    const { body } = await call('GET', '/v1/ledger/mirror/drift')
    expect(body.audited_at).toBe(clock.now())
    expect(body.findings).toContainEqual({
      row: `transaction ${booked.id}`,
      detail: 'is voided there, pending was mirrored',
      found_at: clock.now(),
    })
  })
})

describe('POST', () => {
  it('has the mirror compared, and refused copies asked for again', async () => {
    expect(await call('POST', '/v1/ledger/mirror/audits')).toEqual({ status: 202, body: { requested_at: clock.now() } })
    const [timer] = await db.sql<
      { kind: string; key: string }[]
    >`select kind, key from timers where tenant_id = ${ctx.tenant}`
    expect(timer).toMatchObject({ kind: 'ledger.audit-mirror', key: ctx.tenant })
    await fault({
      match: { method: 'POST', path_prefix: '/api/ledger_transactions' },
      effect: 'error',
      status: 422,
      remaining: 1,
    })
    const refused = await payIn(ctx, nextId('party'), 7)
    await follow()
    expect(await call('POST', '/v1/ledger/mirror/retries')).toEqual({ status: 202, body: { transactions: 1 } })
    await follow()
    expect((await copiesThere(bench.mt, ctx)).map(({ external_id }) => external_id)).toContain(refused.id)
    expect(await call('POST', '/v1/ledger/mirror/retries')).toEqual({ status: 202, body: { transactions: 0 } })
  })
})

it.each([
  ['GET', '/v1/ledger/mirror'],
  ['GET', '/v1/ledger/mirror/drift'],
  ['POST', '/v1/ledger/mirror/audits'],
  ['POST', '/v1/ledger/mirror/retries'],
] as const)('%s %s asks for its scope, and takes nothing that it does not know', async (method, path) => {
  expect(await call(method, path, { scopes: ['billing:read'] })).toMatchObject({ body: { code: 'auth.scope-missing' } })
  expect(await call(method, `${path}?x=1`)).toMatchObject({ status: 400, body: { code: 'request.invalid' } })
  if (method === 'POST')
    expect(await call(method, path, { body: { x: 1 } })).toMatchObject({
      status: 400,
      body: { code: 'request.invalid' },
    })
})
