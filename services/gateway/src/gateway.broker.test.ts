import { createHash } from 'node:crypto'
import { defineRoute, openApiDocument, signInternal } from '@draupnir/http'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { gatewayBefore, SECRET, T0 } from './service.fixture.ts'
import { PLATFORM_TENANT } from './tenant/tenant.ts'
import { seen, thingsService } from './things.fixture.ts'

const webhookRoutes = [
  defineRoute({
    method: 'post',
    path: '/webhooks/modern-treasury',
    scope: null,
    summary: 'Receives',
    tags: ['Webhooks'],
    body: 'raw',
    responses: {
      200: z.object({ digest: z.string(), signature: z.string().nullable(), cookie: z.string().nullable() }),
    },
    handler: async (_ctx, { body, headers }) => ({
      status: 200,
      body: {
        digest: createHash('sha256').update(body).digest('hex'),
        signature: headers.get('x-signature'),
        cookie: headers.get('cookie'),
      },
    }),
  }),
]
const EVENT = '0190aaaa-0000-7000-8000-000000000001'
let produced: object | null = null
let consumed: object[] = []
const parked = {
  id: 'prk_00000000000000000000000001',
  consumer: 'payout--EVT_LEDGER',
  event_id: EVENT,
  tenant: PLATFORM_TENANT,
  type: 'ledger.payout.reserved',
  aggregate_type: 'payout_reserve',
  aggregate_id: 'x',
  aggregate_seq: 1,
  code: 'internal.defect',
  error: 'boom',
  attempts: 3,
  parked_at: T0,
}
const resolved: unknown[] = []
const api = await gatewayBefore({
  contract: thingsService,
  ledger: {
    openapi: openApiDocument([], { title: 'ledger', version: '1' }),
    internal: { [`/internal/events/${EVENT}`]: () => ({ body: { produced, consumed: [] } }) },
  },
  payout: {
    routes: webhookRoutes,
    openapi: openApiDocument(webhookRoutes, { title: 'payout', version: '1' }),
    internal: {
      [`/internal/events/${EVENT}`]: () => ({ body: { produced: null, consumed } }),
      '/internal/parked-events': () => ({ body: { data: [parked], next_cursor: null } }),
      [`/internal/parked-events/${parked.id}/replay`]: (body) => {
        resolved.push(body)
        return { body: { settled: 2, remaining: 0 } }
      },
      [`/internal/parked-events/${parked.id}/skip`]: () => ({
        status: 409,
        body: { code: 'parked.not-first', detail: 'An earlier one is parked' },
      }),
      '/internal/verify': () => ({
        body: { checks: [{ name: 'x', ok: false, findings: [{ row: 'r', detail: 'd' }] }] },
      }),
    },
  },
})
const { call } = api
afterEach(() => {
  seen.length = 0
})

const makeTenant = async () => {
  const { body } = await call('POST', '/v1/tenants', { body: { name: 'Other' } })
  return { id: String(body.id), token: String(body.token) }
}

describe('the proxy', () => {
  it('passes on body, query and what a caller may say, and keeps credentials and the rest', async () => {
    const headers = {
      'if-match': '"7"',
      cookie: 'c=1',
      'x-request-id': 'req_from_caller',
      'x-forwarded-for': '1.1.1.1',
    }
    const answer = await call('POST', '/v1/things', { body: { name: 'Łódź' }, headers })
    expect(answer).toMatchObject({ status: 201, body: { id: 'Łódź', tenant: PLATFORM_TENANT } })
    expect(answer.headers.get('x-request-id')).toBe('req_from_caller')
    const [{ headers: passed, body } = { headers: new Headers(), body: null }] = seen
    expect(body).toEqual({ name: 'Łódź' })
    expect(passed.get('if-match')).toBe('"7"')
    expect(passed.get('x-request-id')).toBe('req_from_caller')
    for (const name of ['authorization', 'cookie', 'x-forwarded-for']) expect(passed.get(name)).toBeNull()
    await call('GET', '/v1/things/a%2Fb?as_of=2026-01-01T00%3A00%3A00Z')
    expect(seen.at(-1)?.body).toEqual({ as_of: '2026-01-01T00:00:00Z' })
  })

  it('hands back the answer with the headers that are meant for callers', async () => {
    const answer = await call('GET', '/v1/things/a')
    expect(answer.headers.get('etag')).toBe('"1"')
    expect(answer.headers.get('x-inner')).toBeNull()
    expect((await call('HEAD', '/v1/things/a')).status).toBe(200)
  })

  it.each([
    ['GET', '/v1/nothing', 404, 'request.route-not-found'],
    ['GET', '/v1/things/a/b', 404, 'request.route-not-found'],
    ['GET', '/v1/things/', 404, 'request.route-not-found'],
    ['DELETE', '/v1/things/a', 405, 'request.method-not-allowed'],
    ['PUT', '/v1/api-keys', 405, 'request.method-not-allowed'],
    ['GET', '/v1/things/%2e%2e/%2e%2e/%2e%2e/internal/verify', 403, 'auth.scope-missing'],
    ['GET', '/v1/things%2f..%2f..%2finternal%2fverify', 404, 'request.route-not-found'],
    ['GET', '/internal/openapi.json', 403, 'auth.scope-missing'],
    ['POST', '/webhooks/nobody', 404, 'request.route-not-found'],
  ])('answers %s %s with %i', async (method, path, status, code) => {
    expect(await call(method, path)).toMatchObject({ status, body: { code } })
  })

  it('refuses a body too large and one that is no JSON', async () => {
    expect(await call('POST', '/v1/things', { body: 'x'.repeat(1024 ** 2 + 1) })).toMatchObject({ status: 413 })
    expect(await call('POST', '/v1/things', { body: '{' })).toMatchObject({
      status: 400,
      body: { code: 'request.malformed-json' },
    })
  })

  it('believes internal headers with a valid signature only', async () => {
    const claims = {
      tenant: PLATFORM_TENANT,
      actor: 'service:evil',
      scopes: ['contracts:read'],
      request_id: 'req_test_0001',
    }
    const signed = (secret: string) => signInternal(secret, { method: 'GET', path: '/v1/things/a' }, claims)
    expect((await call('GET', '/v1/things/a', { token: null, headers: signed('a guess at the secret') })).status).toBe(
      401,
    )
    // Not even beside a good key: who sends them wants to be somebody else.
    expect((await call('GET', '/v1/things/a', { headers: signed('a guess at the secret') })).status).toBe(401)
    expect((await call('GET', '/v1/things/b', { token: null, headers: signed(SECRET) })).status).toBe(401)
    expect((await call('GET', '/v1/things/a', { token: null, headers: signed(SECRET) })).status).toBe(200)
  })
})

describe('a webhook', () => {
  it('goes on as the bytes that came, with the signature and without anything else', async () => {
    const body = '{ "b": 1,\n "a": "\\u00e9é" }'
    const answer = await call('POST', '/webhooks/modern-treasury', {
      token: null,
      body,
      headers: { 'x-signature': 'abc', cookie: 'c=1' },
    })
    const digest = createHash('sha256').update(body).digest('hex')
    expect(answer).toMatchObject({ status: 200, body: { digest, signature: 'abc', cookie: null } })
  })
})

describe('the trace of an event', () => {
  const trace = (token?: string) => call('GET', `/v1/events/${EVENT}`, token === undefined ? {} : { token })
  const told = {
    type: 'ledger.payout.reserved',
    version: 1,
    tenant: PLATFORM_TENANT,
    aggregateType: 'payout_reserve',
    aggregateId: 'x',
    aggregateSeq: 1,
    correlationId: 'c',
    causationId: null,
    actor: 'service:ledger',
    occurredAt: T0,
    state: 'published',
    publishedAt: T0,
    streamSeq: 1,
  }
  const mark = (state: string) => [{ consumer: 'payout--EVT_LEDGER', state, at: T0, reason: null }]

  it('is done when it is published and every consumer has settled it', async () => {
    produced = told
    for (const [state, done] of [
      ['pending', false],
      ['retrying', false],
      ['parked', false],
      ['applied', true],
      ['refused', true],
      ['skipped', true],
    ] as const) {
      consumed = mark(state)
      expect((await trace()).body).toMatchObject({ done, consumers: [{ consumer: 'payout--EVT_LEDGER', state }] })
    }
    produced = { ...told, state: 'pending', publishedAt: null, streamSeq: null }
    expect((await trace()).body).toMatchObject({ done: false })
    produced = told
    consumed = []
    expect((await trace()).body).toMatchObject({ done: false, consumers: [{ state: 'pending' }] })
  })

  it('is not found by another tenant, nor when nobody produced it', async () => {
    produced = told
    expect((await trace((await makeTenant()).token)).status).toBe(404)
    produced = null
    expect((await trace()).status).toBe(404)
    expect((await call('GET', '/v1/events/nonsense')).status).toBe(400)
  })
})

describe('operations', () => {
  it('list what is parked, and pass replay and skip on to the service that holds it', async () => {
    const list = await call('GET', '/v1/operations/parked-events')
    expect(list.body).toEqual({ data: [{ ...parked, service: 'payout' }] })
    const path = `/v1/operations/payout/parked-events/${parked.id}`
    expect(await call('POST', `${path}/replay`, { body: { accept_gap: true } })).toMatchObject({
      status: 200,
      body: { settled: 2, remaining: 0 },
    })
    expect(resolved).toEqual([{ accept_gap: true }])
    expect(await call('POST', `${path}/skip`)).toMatchObject({ status: 409, body: { code: 'parked.not-first' } })
    expect((await call('POST', `/v1/operations/nobody/parked-events/${parked.id}/skip`)).status).toBe(400)
  })

  it('name the row that is wrong', async () => {
    const { body } = await call('GET', '/v1/operations/verify')
    expect(body.ok).toBe(false)
    expect(body.services).toContainEqual({
      service: 'payout',
      checks: [{ name: 'x', ok: false, findings: [{ row: 'r', detail: 'd' }] }],
    })
  })
})

describe('the clock of the sandbox', () => {
  const advance = (body: object) => call('POST', '/sandbox/clock/advance', { body })
  it('moves by a duration or to a moment, and forward only', async () => {
    const now = Date.parse(String((await call('GET', '/sandbox/clock')).body.now))
    const at = (ms: number) => new Date(now + ms).toISOString()
    expect(await advance({ by: 'PT1H' })).toMatchObject({ status: 200, body: { now: at(3_600_000) } })
    expect(await advance({ to: at(7_200_000) })).toMatchObject({ status: 200, body: { now: at(7_200_000) } })
    expect(await advance({ to: at(0) })).toMatchObject({ status: 422, body: { code: 'clock.cannot-go-back' } })
    expect(await advance({ by: 'PT0S' })).toMatchObject({ status: 200, body: { now: at(7_200_000) } })
  })
  it.each([{}, { by: 'PT1H', to: T0 }, { by: 'an hour' }, { by: '-PT1H' }, { to: 'soon' }, { by: 'PT1H', more: 1 }])(
    'refuses %j',
    async (body) => {
      expect((await advance(body)).status).toBe(400)
    },
  )
})

describe('the reference', () => {
  it('shows a valid document of every service, the sandbox included, to anybody', async () => {
    const { status, text } = await call('GET', '/v1/openapi.json', { token: null })
    expect(status).toBe(200)
    const { errors } = await new Validator().validate(JSON.parse(text))
    expect(errors).toBeUndefined()
    for (const path of ['/v1/things/{thing_id}', '/v1/api-keys', '/sandbox/clock/advance'])
      expect(text).toContain(`"${path}"`)
    expect(text).not.toMatch(/"\/(internal|webhooks)/)
  })

  it('is a page of our own assets, under a policy that lets nothing else in', async () => {
    const page = await call('GET', '/reference', { token: null })
    expect(page.status).toBe(200)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(page.text).not.toMatch(/https?:\/\/|<script>/)
    for (const [, asset] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      const answer = await call('GET', String(asset), { token: null })
      expect([asset, answer.status]).toEqual([asset, 200])
      expect(answer.text.length).toBeGreaterThan(20)
    }
    expect((await call('GET', '/reference/package.json', { token: null })).status).toBe(401)
    expect((await call('GET', '/reference/..%2Fpackage.json', { token: null })).status).toBe(401)
  })
})

it('tells browsers and caches to keep nothing and guess nothing', async () => {
  for (const path of ['/v1/things/a', '/v1/api-keys', '/v1/nothing', '/v1/openapi.json']) {
    const { headers } = await call('GET', path)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
  }
})

it('answers 503 with a problem when a service is down', async () => {
  await api.stopService('contract')
  const answer = await call('GET', '/v1/things/a')
  expect(answer).toMatchObject({ status: 503, body: { code: 'service.unavailable' } })
  expect(answer.headers.get('retry-after')).not.toBeNull()
  expect((await call('GET', '/v1/api-keys')).status).toBe(200)
})
