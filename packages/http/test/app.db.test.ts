import { connect } from 'node:net'
import { refuse, Transient } from '@draupnir/errors'
import { idField, positiveMoneyField } from '@draupnir/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { cursorOf, defineRoute, listOf, pageQuery, type RequestSeen, signInternal, strict } from '../src/index.ts'
import { claims, NOW, SECRET, serveApp, startDatabase, TENANT, type TestServer } from './http-fixture.ts'

const PARTY = 'pty_01kamv0000000000000000000a'
const KEY = { 'idempotency-key': 'key-1' }
const cursor = cursorOf(z.tuple([z.int()]))
const seen: string[] = []
const defects: unknown[] = []

const routes = [
  defineRoute({
    method: 'post',
    path: '/v1/parties/{party_id}/things',
    scope: 'things:write',
    summary: 'Makes a thing',
    tags: ['Things'],
    params: strict({ party_id: idField('party') }),
    body: strict({
      note: z.string().max(300),
      price: positiveMoneyField.optional(),
      count: z.number().optional(),
      extra: z.record(z.string(), z.unknown()).optional(),
    }),
    responses: { 201: z.object({ note: z.string(), tenant: z.string(), at: z.string(), trace: z.unknown() }) },
    handler: async (ctx, { body }) => {
      await ctx.db.sql`insert into effects (note) values (${body.note})`
      return {
        status: 201,
        body: { note: body.note, tenant: ctx.tenant, at: ctx.now(), trace: { ...ctx.trace } },
        headers: { location: '/v1/things/1' },
      }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/things',
    scope: 'things:write',
    summary: 'Lists things',
    tags: ['Things'],
    query: strict({ ...pageQuery }),
    responses: { 200: listOf(z.object({ after: z.int().nullable(), limit: z.int() })) },
    handler: async (_ctx, { query }) => {
      const [after] = cursor.decode(query.cursor) ?? [null]
      return { status: 200, body: { data: [{ after, limit: query.limit }], next_cursor: cursor.encode([7]) } }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/fails/{how}',
    scope: 'things:write',
    summary: 'Fails',
    tags: ['Things'],
    params: strict({ how: z.string() }),
    responses: { 200: z.object({ ok: z.boolean() }) },
    handler: async (ctx, { params }) => {
      seen.push(params.how)
      if (params.how === 'defect') throw new Error('the password is hunter2')
      if (params.how === 'refusal') refuse('request.not-found', { id: 'x' }, 'No thing x')
      if (params.how === 'transient') throw new Transient('bank.down', 'secret host', { retryAfterMs: 2500 })
      if (params.how === 'deadlock') await ctx.db.sql`do $$ begin raise exception 'x' using errcode = '40P01'; end $$`
      if (params.how === 'nul') await ctx.db.sql`select ${'a\0b'}::text`
      if (params.how === 'lost') await ctx.db.sql`select pg_terminate_backend(pg_backend_pid())`
      return { status: 200, body: { ok: 1 as unknown as boolean } }
    },
  }),
  defineRoute({
    method: 'post',
    path: '/webhooks/bank',
    scope: null,
    summary: 'Receives',
    tags: [],
    body: 'raw',
    responses: { 204: null },
    handler: async (_ctx, { body, headers }) => {
      seen.push(`${Buffer.from(body).toString()} ${headers.get('x-signature')}`)
      return { status: 204 }
    },
  }),
]

const database = await startDatabase()

describe('the shell around every route', () => {
  let server: TestServer
  let onRequest: (seen: RequestSeen) => void = () => {}

  beforeAll(async () => {
    server = await serveApp(database, routes, {
      open: (app) => void app.get('/healthz', (c) => c.json({ status: 'ok' })),
      onDefect: (error) => void defects.push(error),
      onRequest: (request) => onRequest(request),
    })
  })

  afterAll(async () => {
    await server.stop()
  })

  const make = (body: unknown, headers: Record<string, string> = {}) =>
    server.call(`/v1/parties/${PARTY}/things`, {
      body,
      headers: { 'idempotency-key': crypto.randomUUID(), ...headers },
    })

  const raw = (body: string | Uint8Array, headers: Record<string, string>, method = 'POST', path?: string) => {
    const target = path ?? `/v1/parties/${PARTY}/things`
    return fetch(server.url + target, {
      method,
      headers: { ...KEY, ...headers, ...signInternal(SECRET, { method, path: target, body }, claims) },
      ...(method === 'GET' || method === 'HEAD' ? {} : { body: Buffer.from(body) }),
    })
  }

  const problemOf = async (response: Response) => {
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    const problem = (await response.json()) as {
      status: number
      code: string
      type: string
      request_id: string
      detail: string
    }
    expect(problem.status).toBe(response.status)
    expect(problem.type).toBe(`/problems/${problem.code}`)
    expect(problem.request_id).toBe(response.headers.get('x-request-id'))
    return problem
  }

  it('gives the handler its tenant, its moment and its trace, and answers what it said', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const response = await make({ note: 'hello' }, { traceparent, 'x-request-id': 'req_of_the_caller' })
    expect(response.status).toBe(201)
    expect(response.headers.get('location')).toBe('/v1/things/1')
    expect(response.headers.get('x-request-id')).toBe('req_of_the_caller')
    expect(await response.json()).toEqual({
      note: 'hello',
      tenant: TENANT,
      at: NOW,
      trace: { correlationId: claims.request_id, causationId: null, traceparent },
    })
  })

  it('replaces a request id that is not sane, and ignores a traceparent that is none', async () => {
    const response = await make({ note: 'x' }, { 'x-request-id': 'a b"', traceparent: 'nonsense' })
    expect(response.headers.get('x-request-id')).toMatch(/^req_[0-9a-z]{26}$/)
    expect(await response.json()).toMatchObject({ trace: { traceparent: null } })
  })

  it.each([
    ['an unknown field', { note: 'x', colour: 'red' }, 'body.colour'],
    ['an unknown field deep inside', { note: 'x', price: { amount: '1', currency: 'USD', x: 1 } }, 'body.price.x'],
    ['a wrong type', { note: 7 }, 'body.note'],
    ['a missing field', {}, 'body.note'],
    ['a negative amount', { note: 'x', price: { amount: '-1', currency: 'USD' } }, 'body.price.amount'],
    ['a huge amount', { note: 'x', price: { amount: '9'.repeat(40), currency: 'USD' } }, 'body.price.amount'],
    ['a list', [], 'body'],
    ['null', null, 'body'],
    ['a NUL character', { note: 'a\0b' }, 'body.note'],
    ['half a surrogate pair', { note: 'a\ud800' }, 'body.note'],
    ['a NUL in a free name', { note: 'x', extra: { 'a\0': 1 } }, 'body.extra'],
    ['a number beyond exact doubles', { note: 'x', count: 1e21 }, 'body.count'],
  ])('refuses %s', async (_what, body, path) => {
    const response = await make(body)
    expect(response.status).toBe(400)
    const problem = await problemOf(response)
    expect(problem.code).toBe('request.invalid')
    expect(problem).toMatchObject({ errors: [{ path }] })
  })

  it.each([
    ['malformed JSON', '{"note":', 400, 'request.malformed-json'],
    ['bytes that are not UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 400, 'request.malformed-json'],
    ['a number that is infinite', '{"note":"x","count":1e999}', 400, 'request.invalid'],
    ['an empty body', '', 400, 'request.invalid'],
    [
      'nesting without end',
      `{"note":"x","extra":{"a":${'['.repeat(9000)}${']'.repeat(9000)}}}`,
      400,
      'request.invalid',
    ],
    ['a prototype', '{"note":"x","__proto__":{"a":1}}', 400, 'request.invalid'],
  ])('refuses %s', async (_what, body, status, code) => {
    const response = await raw(body, { 'content-type': 'application/json' })
    expect(response.status).toBe(status)
    expect((await problemOf(response)).code).toBe(code)
  })

  it.each([['text/plain'], ['application/json; charset=latin1'], ['multipart/form-data; boundary=x'], ['']])(
    'refuses the content type "%s"',
    async (type) => {
      const response = await raw(new TextEncoder().encode('{"note":"x"}'), type === '' ? {} : { 'content-type': type })
      expect(response.status).toBe(415)
      expect((await problemOf(response)).code).toBe('request.unsupported-media-type')
    },
  )

  it('refuses a body past a mebibyte, announced or not', async () => {
    const big = new Uint8Array(1024 ** 2 + 1).fill(0x20)
    const announced = await raw(big, { 'content-type': 'application/json' })
    expect(announced.status).toBe(413)
    expect((await problemOf(announced)).code).toBe('request.too-large')
    const stream = new ReadableStream({
      start: (controller) => {
        controller.enqueue(big)
        controller.close()
      },
    })
    const chunked = await fetch(`${server.url}/v1/things`, {
      method: 'POST',
      body: stream,
      duplex: 'half',
    } as RequestInit)
    expect(chunked.status).toBe(413)
  })

  it('reads a body that comes in many pieces whole, and ends a request whose body is cut', async () => {
    const whole = await make({ note: 'x', extra: { long: 'é'.repeat(400_000) } })
    expect(whole.status).toBe(201)
    const ended = Promise.withResolvers<number>()
    onRequest = ({ status }) => ended.resolve(status)
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    socket.write('POST /v1/things HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{', () => socket.destroy())
    expect(await ended.promise).toBe(400)
  })

  it.each([
    ['/v1/parties/pty_nonsense/things', 'params.party_id'],
    [`/v1/parties/${PARTY}%00/things`, 'params.party_id'],
    [`/v1/parties/${PARTY}/things?x=1`, 'query.x'],
  ])('refuses the target %s', async (path, where) => {
    const response = await server.call(path, { body: { note: 'x' }, headers: KEY })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'request.invalid', errors: [{ path: where }] })
  })

  it.each([
    ['limit=0'],
    ['limit=201'],
    ['limit=1.5'],
    ['limit=1&limit=2'],
    ['cursor=%00'],
    ['cursor=bm9uc2Vuc2U'],
    ['a=1'],
  ])('refuses the page query %s', async (query) => {
    const response = await server.call(`/v1/things?${query}`)
    expect(response.status).toBe(400)
    expect((await problemOf(response)).code).toBe('request.invalid')
  })

  it('reads its own cursors', async () => {
    const first = (await (await server.call('/v1/things')).json()) as { next_cursor: string }
    const second = await server.call(`/v1/things?limit=10&cursor=${first.next_cursor}`)
    expect(await second.json()).toMatchObject({ data: [{ after: 7, limit: 10 }] })
  })

  it('tells an unknown route from a known one with another method', async () => {
    const unknown = await server.call('/v1/nothing')
    expect(unknown.status).toBe(404)
    expect((await problemOf(unknown)).code).toBe('request.route-not-found')
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'PROPFIND']) {
      const wrong = await server.call('/v1/things', { method })
      expect(wrong.status).toBe(405)
      expect(wrong.headers.get('allow')).toBe('GET, HEAD')
      expect((await problemOf(wrong)).code).toBe('request.method-not-allowed')
    }
    const head = await server.call('/v1/things', { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  describe('when a handler fails', () => {
    it('says nothing of a defect outside, and reports it inside', async () => {
      const response = await server.call('/v1/fails/defect')
      expect(response.status).toBe(500)
      const problem = await problemOf(response)
      expect(problem.code).toBe('internal.error')
      expect(JSON.stringify(problem)).not.toContain('hunter2')
      expect(defects.map(String)).toContain('Error: the password is hunter2')
    })

    it('answers a refusal by its table', async () => {
      const response = await server.call('/v1/fails/refusal')
      expect(response.status).toBe(404)
      expect(await problemOf(response)).toMatchObject({
        code: 'request.not-found',
        detail: 'No thing x',
        context: { id: 'x' },
      })
    })

    it.each([
      ['transient', '3'],
      ['deadlock', '1'],
      ['lost', '1'],
    ])('asks to try again after %s', async (how, seconds) => {
      const response = await server.call(`/v1/fails/${how}`)
      expect(response.status).toBe(503)
      expect(response.headers.get('retry-after')).toBe(seconds)
      expect(await problemOf(response)).toMatchObject({ code: 'service.unavailable', context: {} })
    })

    it('takes what Postgres cannot store for bad input', async () => {
      expect((await server.call('/v1/fails/nul')).status).toBe(400)
    })

    it('catches an answer that its route does not declare', async () => {
      expect((await server.call('/v1/fails/lie')).status).toBe(500)
    })
  })

  describe('who may ask', () => {
    const path = '/v1/things'
    const signed = signInternal(SECRET, { method: 'GET', path }, claims)

    it('refuses whoever is not signed, on every path but the open ones', async () => {
      for (const target of [path, '/v1/nothing', '/internal/activity', '/webhooks/bank']) {
        const response = await fetch(server.url + target)
        expect(response.status).toBe(401)
        expect((await problemOf(response)).code).toBe('auth.missing')
      }
      const open = await fetch(`${server.url}/healthz`)
      expect([open.status, open.headers.get('x-request-id')]).toEqual([200, expect.stringMatching(/^req_/)])
    })

    it.each([
      ['another path', '/v1/things?limit=2', {}, {}],
      ['another method', path, { method: 'POST' }, {}],
      [
        'another body',
        path,
        { method: 'GET' },
        {
          'x-internal-signature': signInternal(SECRET, { method: 'GET', path, body: 'x' }, claims)[
            'x-internal-signature'
          ],
        },
      ],
      ['another secret', path, {}, signInternal('other', { method: 'GET', path }, claims)],
      [
        'other claims',
        path,
        {},
        {
          'x-internal-claims': signInternal(SECRET, { method: 'GET', path }, { ...claims, actor: 'key_other' })[
            'x-internal-claims'
          ],
        },
      ],
      ['half a signature', path, {}, { 'x-internal-signature': signed['x-internal-signature']?.slice(0, 32) }],
      ['no hexadecimal', path, {}, { 'x-internal-signature': 'é'.repeat(3) }],
    ])('refuses a signature for %s', async (_what, target, init, headers) => {
      const all = Object.entries({ ...signed, ...headers }).map(([name, value]): [string, string] => [
        name,
        value ?? '',
      ])
      const response = await fetch(server.url + target, { ...init, headers: all })
      expect(response.status).toBe(401)
      expect((await problemOf(response)).code).toBe('auth.invalid')
    })

    it('refuses a signature that has expired', async () => {
      const before = Date.now
      Date.now = () => before() - 6 * 60_000
      const old = signInternal(SECRET, { method: 'GET', path }, claims)
      Date.now = before
      expect((await fetch(server.url + path, { headers: old })).status).toBe(401)
    })

    it('refuses without the scope, and without a tenant', async () => {
      const scopeless = await server.call(path, { claims: { ...claims, scopes: ['things:read'] } })
      expect(scopeless.status).toBe(403)
      expect(await problemOf(scopeless)).toMatchObject({
        code: 'auth.scope-missing',
        context: { scope: 'things:write' },
      })
      expect((await server.call(path, { claims: { ...claims, tenant: null } })).status).toBe(401)
    })
  })

  it('hands a webhook over as the bytes that came', async () => {
    const path = '/webhooks/bank'
    const response = await raw('{ "a" : 1 }', { 'content-type': 'text/weird', 'x-signature': 'abc' }, 'POST', path)
    expect(response.status).toBe(204)
    expect(seen).toContain('{ "a" : 1 } abc')
  })
})
