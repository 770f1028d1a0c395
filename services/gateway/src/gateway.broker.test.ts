import { createHash } from 'node:crypto'
import { defineRoute, openApiDocument, signInternal, strict } from '@draupnir/http'
import { eventually } from '@draupnir/testing'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { BOOTSTRAP, gatewayBefore, SECRET, T0 } from './service.fixture.ts'
import { PLATFORM_TENANT } from './tenant/tenant.ts'

interface Seen {
  readonly tenant: string
  readonly actor: string
  readonly headers: Headers
  readonly body: unknown
}
const seen: Seen[] = []
const thing = z.object({ id: z.string(), tenant: z.string() })
const contractRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/things/{thing_id}',
    scope: 'contracts:read',
    summary: 'Shows a thing',
    tags: ['Things'],
    params: strict({ thing_id: z.string() }),
    query: strict({ as_of: z.string().optional() }),
    responses: { 200: thing },
    handler: async (ctx, { params, query, headers }) => {
      seen.push({ tenant: ctx.tenant, actor: ctx.actor, headers, body: query })
      return {
        status: 200,
        body: { id: params.thing_id, tenant: ctx.tenant },
        headers: { etag: '"1"', 'x-inner': 'no' },
      }
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/things',
    scope: 'contracts:write',
    summary: 'Makes a thing',
    tags: ['Things'],
    body: strict({ name: z.string() }),
    idempotency: 'none',
    responses: { 201: thing },
    handler: async (ctx, { body, headers }) => {
      seen.push({ tenant: ctx.tenant, actor: ctx.actor, headers, body })
      return { status: 201, body: { id: body.name, tenant: ctx.tenant } }
    },
  }),
]
/** In the document only: whoever asks for it gets 404 from the service, so a 403 is the gateway's own. */
const ghost = defineRoute({
  method: 'get',
  path: '/v1/ghosts',
  scope: 'contracts:write',
  summary: 'Is not there',
  tags: ['Things'],
  responses: { 204: null },
  handler: async () => ({ status: 204 }),
})
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
  contract: {
    routes: contractRoutes,
    openapi: openApiDocument([...contractRoutes, ghost], { title: 'contract', version: '1' }),
  },
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
const { call, db, logged } = api
afterEach(() => {
  seen.length = 0
})

const makeKey = async (body: object, token?: string) =>
  call('POST', '/v1/api-keys', {
    body: { name: 'k', scopes: ['contracts:read'], ...body },
    ...(token === undefined ? {} : { token }),
  })
const makeTenant = async () => {
  const { body } = await call('POST', '/v1/tenants', { body: { name: 'Other' } })
  return { id: String(body.id), token: String(body.token) }
}

describe('an API key', () => {
  it('is shown once and stored as a digest only: not in a table, not in a replay, not in a log', async () => {
    const key = { 'idempotency-key': 'make-once' }
    const body = { name: 'k', scopes: ['contracts:read'] }
    const first = await call('POST', '/v1/api-keys', { body, headers: key })
    const again = await call('POST', '/v1/api-keys', { body, headers: key })
    const token = String(first.body.token)
    expect(first.status).toBe(201)
    expect(token).toMatch(/^sk_sandbox_[A-Za-z0-9_-]{43}$/)
    expect(again.body).toEqual({ ...first.body, token: null })
    expect(first.body.token_hint).toBe(`${token.slice(0, 15)}…`)
    const rows = await Promise.all([
      db.sql`select to_jsonb(t)::text from api_keys t`,
      db.sql`select to_jsonb(t)::text from idempotency t`,
    ])
    for (const secret of [token, BOOTSTRAP]) expect(JSON.stringify(rows) + logged()).not.toContain(secret)
    expect((await call('GET', '/v1/things/a', { token })).status).toBe(200)
    const listed = await call('GET', '/v1/api-keys')
    expect(listed.text).not.toContain(token)
    expect(listed.text).toContain(String(first.body.id))
  })

  it('opens nothing once it is revoked, for ever', async () => {
    const { body } = await makeKey({})
    const token = String(body.token)
    const revoked = await call('POST', `/v1/api-keys/${body.id}/revoke`)
    expect(revoked).toMatchObject({ status: 200, body: { revoked_at: T0 } })
    expect((await call('POST', `/v1/api-keys/${body.id}/revoke`)).body.revoked_at).toBe(T0)
    expect((await call('GET', '/v1/things/a', { token })).status).toBe(401)
  })

  it('opens nothing from its expiry on, and cannot be made expired', async () => {
    const { body } = await makeKey({ expires_at: '2026-01-01T01:00:00+00:00' })
    const token = String(body.token)
    expect((await call('GET', '/v1/things/a', { token })).status).toBe(200)
    await call('POST', '/sandbox/clock/advance', { body: { by: 'PT1H' } })
    expect((await call('GET', '/v1/things/a', { token })).status).toBe(401)
    expect(await makeKey({ expires_at: '2026-01-01T01:00:00Z' })).toMatchObject({
      status: 422,
      body: { code: 'api-key.expiry-passed' },
    })
  })

  it('may do what its scopes say and nothing else, here and behind the proxy', async () => {
    const token = String((await makeKey({})).body.token)
    expect(await call('GET', '/v1/api-keys', { token })).toMatchObject({
      status: 403,
      body: { code: 'auth.scope-missing' },
    })
    expect(await call('POST', '/v1/things', { token, body: { name: 'x' } })).toMatchObject({
      status: 403,
      body: { code: 'auth.scope-missing', context: { scope: 'contracts:write' } },
    })
    expect(seen).toEqual([])
    expect((await call('GET', '/v1/ghosts', { token })).status).toBe(403)
    expect((await call('GET', '/v1/ghosts')).status).toBe(404)
  })

  it('cannot make a key that may do more than itself', async () => {
    const token = String((await makeKey({ scopes: ['api-keys:write', 'contracts:read'] })).body.token)
    expect((await makeKey({ scopes: ['contracts:read'] }, token)).status).toBe(201)
    for (const scopes of [['*'], ['contracts:write'], ['operations:write']])
      expect(await makeKey({ scopes }, token)).toMatchObject({ status: 403, body: { code: 'api-key.scope-not-held' } })
  })

  it('that is wrong, expired, revoked or malformed gets one and the same answer', async () => {
    const { body } = await makeKey({})
    await call('POST', `/v1/api-keys/${body.id}/revoke`)
    const tokens = [
      String(body.token),
      `sk_sandbox_${'x'.repeat(43)}`,
      `sk_live_${'b'.repeat(43)}`,
      'nonsense',
      `${BOOTSTRAP}x`,
    ]
    const answers = await Promise.all(tokens.map((token) => call('GET', '/v1/api-keys', { token })))
    const shown = answers.map(({ status, body: { code, detail, title, context } }) => ({
      status,
      code,
      detail,
      title,
      context,
    }))
    expect(shown[0]).toMatchObject({ status: 401, code: 'auth.invalid' })
    for (const answer of shown) expect(answer).toEqual(shown[0])
    expect(await call('GET', '/v1/api-keys', { token: null })).toMatchObject({
      status: 401,
      body: { code: 'auth.missing' },
    })
  })

  it.each([{ scopes: ['nonsense'] }, { scopes: [] }, { name: '' }, { more: 1 }])('is refused with %j', async (body) => {
    expect((await makeKey(body)).status).toBe(400)
  })
})

describe('a tenant', () => {
  it('sees neither the keys of another nor what only the platform may', async () => {
    const { id, token } = await makeTenant()
    expect(id).toMatch(/^ten_/)
    const theirs = await call('GET', '/v1/api-keys', { token })
    expect(theirs.body.data).toHaveLength(1)
    const ours = await makeKey({})
    expect(await call('POST', `/v1/api-keys/${ours.body.id}/revoke`, { token })).toMatchObject({ status: 404 })
    for (const path of ['/v1/operations/parked-events', '/v1/operations/verify'])
      expect(await call('GET', path, { token })).toMatchObject({ status: 403, body: { code: 'auth.scope-missing' } })
    expect((await call('POST', '/v1/tenants', { token, body: { name: 'x' } })).status).toBe(403)
    const all = await makeKey({ scopes: ['*'] }, token)
    expect(all.status).toBe(201)
    expect((await call('GET', '/v1/operations/verify', { token: String(all.body.token) })).status).toBe(403)
  })

  it('is who its key says, whatever the caller claims', async () => {
    const { id, token } = await makeTenant()
    await call('GET', '/v1/things/a', {
      token,
      headers: { 'x-tenant-id': PLATFORM_TENANT, 'x-tenant': PLATFORM_TENANT },
    })
    expect(seen).toMatchObject([{ tenant: id, actor: expect.stringMatching(/^key_/) }])
  })
})

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

it('notes when a key was last used', async () => {
  const { body } = await makeKey({})
  await call('GET', '/v1/things/a', { token: String(body.token) })
  await eventually(async () => {
    const rows = (await call('GET', '/v1/api-keys')).body.data as { id: string; last_used_at: string | null }[]
    return rows.find(({ id }) => id === body.id)?.last_used_at != null
  })
})

it('answers 503 with a problem when a service is down', async () => {
  await api.stopService('contract')
  const answer = await call('GET', '/v1/things/a')
  expect(answer).toMatchObject({ status: 503, body: { code: 'service.unavailable' } })
  expect(answer.headers.get('retry-after')).not.toBeNull()
  expect((await call('GET', '/v1/api-keys')).status).toBe(200)
})
