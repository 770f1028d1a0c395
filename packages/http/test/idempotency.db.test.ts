import { type Context, type Statement, textArray } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import { addMs, HOUR_MS } from '@draupnir/time'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type AppOptions, contextFor, defineRoute, strict, sweepIdempotency } from '../src/index.ts'
import { claims, NOW, serveApp, silent, startDatabase, TENANT, type TestServer } from './http-fixture.ts'

/** Lets a test hold a handler where it wants it. */
interface Gate {
  entered: Promise<void>
  open: () => void
}

const gates: { inside: () => void; wait: Promise<void> }[] = []
let crashAfterEffect = false
const calls: (string | null)[] = []

function holdNext(): Gate {
  const entered = Promise.withResolvers<void>()
  const wait = Promise.withResolvers<void>()
  gates.push({ inside: entered.resolve, wait: wait.promise })
  return { entered: entered.promise, open: wait.resolve }
}

async function passGate(): Promise<void> {
  const gate = gates.shift()
  gate?.inside()
  await gate?.wait
}

const body = strict({ note: z.string(), rest: z.unknown().optional() })
const responses = { 201: z.object({ id: z.int(), note: z.string() }) }

const makes = {
  method: 'post',
  scope: 'things:write',
  summary: 'Makes a thing',
  tags: ['Things'],
  params: strict({ kind: z.string() }),
  body,
  responses,
} as const

async function make(ctx: Context, { body: { note } }: { readonly body: { readonly note: string } }) {
  const [row] = await ctx.db.sql<{ id: number }[]>`insert into effects (note) values (${note}) returning id`
  await passGate()
  if (note === 'refused') refuse('request.conflict')
  if (note === 'defect') throw new Error('broken')
  return { status: 201, body: { id: row?.id ?? 0, note }, headers: { location: `/v1/things/${row?.id}` } } as const
}

const insertEffects: Statement<string, null> = async (sql, notes) => {
  await sql`insert into effects (note) select * from unnest(${textArray(notes)}::text[])`
  return notes.map(() => null)
}

const routes = [
  defineRoute({ ...makes, path: '/v1/things/{kind}', handler: make }),
  defineRoute({ ...makes, path: '/v1/shared/{kind}', idempotency: 'shared', handler: make }),
  defineRoute({
    ...makes,
    path: '/v1/together/{kind}',
    idempotency: 'shared',
    handler: async (ctx, { body: { note } }) => {
      if (note === 'refused') refuse('request.conflict')
      ctx.db.laterTogether(insertEffects, note)
      return { status: 201, body: { id: 1, note } }
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/secrets',
    scope: 'things:write',
    summary: 'Makes a secret',
    tags: ['Things'],
    responses: { 201: z.object({ id: z.int(), token: z.string().nullable() }) },
    shownOnce: ['token'],
    handler: async () => ({ status: 201, body: { id: 1, token: 'sk_secret' } }),
  }),
  defineRoute({
    method: 'post',
    path: '/v1/resumable',
    scope: 'things:write',
    summary: 'Asks a provider',
    tags: ['Things'],
    body,
    responses,
    idempotency: 'resumable',
    handler: async (ctx, input) => {
      calls.push(input.idempotencyKey)
      const note = `${input.idempotencyKey}`
      await ctx.db
        .sql`insert into effects (note) select ${note} where not exists (select 1 from effects where note = ${note})`
      await passGate()
      if (crashAfterEffect) throw new Error('killed here')
      if (input.body.note === 'refused') refuse('request.conflict')
      const [row] = await ctx.db.sql<{ id: number }[]>`select id from effects where note = ${note}`
      return { status: 201, body: { id: row?.id ?? 0, note: input.body.note } }
    },
  }),
]

const database = await startDatabase()

describe('idempotency', () => {
  let server: TestServer

  beforeAll(async () => {
    server = await serveApp(database, routes)
  })

  afterAll(async () => {
    await server.stop()
  })

  beforeEach(async () => {
    await database.owner.sql`truncate effects, idempotency`
    calls.length = 0
    crashAfterEffect = false
  })

  const post = (
    path: string,
    key: string,
    sent: unknown,
    options: Partial<AppOptions> & { tenant?: typeof TENANT } = {},
  ) =>
    server.call(path, {
      body: sent,
      headers: { 'idempotency-key': key },
      claims: { ...claims, tenant: options.tenant ?? TENANT },
    })
  const effects = async () =>
    (await database.owner.sql<{ note: string }[]>`select note from effects`).map(({ note }) => note)

  it('requires the key on a POST, in a sane form', async () => {
    const missing = await server.call('/v1/things/a', { body: { note: 'x' } })
    expect([missing.status, await missing.json()]).toMatchObject([400, { code: 'request.idempotency-key-missing' }])
    const odd = await post('/v1/things/a', 'k'.repeat(201), { note: 'x' })
    expect([odd.status, await odd.json()]).toMatchObject([400, { errors: [{ path: 'headers.idempotency-key' }] }])
  })

  it('neither stores nor replays what is shown once', async () => {
    const first = await post('/v1/secrets', 'k1', {})
    const again = await post('/v1/secrets', 'k1', {})
    expect([await first.json(), await again.json()]).toEqual([
      { id: 1, token: 'sk_secret' },
      { id: 1, token: null },
    ])
    const rows = await database.owner.sql`select * from idempotency`
    expect(JSON.stringify(rows)).not.toContain('sk_secret')
  })

  it('keys its fingerprints: the table alone does not let a body be guessed', async () => {
    const stored = async () =>
      (
        await database.owner.sql<{ fingerprint: string }[]>`
      select fingerprint from idempotency`
      )[0]?.fingerprint
    const inProcess = (fingerprintSecret: string) =>
      serveApp(database, routes, { fingerprintSecret }).then(async (keyed) => {
        const answer = await keyed.call('/v1/things/a', { body: { note: 'x' }, headers: { 'idempotency-key': 'k1' } })
        await keyed.stop()
        return answer.status
      })
    expect(await inProcess('one')).toBe(201)
    const first = await stored()
    expect(await inProcess('one')).toBe(201)
    expect(await inProcess('two')).toBe(422)
    await database.owner.sql`truncate idempotency`
    expect(await inProcess('two')).toBe(201)
    expect(await stored()).not.toBe(first)
  })

  describe.each([
    ['in a transaction', '/v1/things/a'],
    ['in a transaction that may be shared', '/v1/shared/a'],
    ['resumable', '/v1/resumable'],
  ])('%s', (_mode, path) => {
    it('replays the stored answer, byte for byte, whatever the order of fields', async () => {
      const first = await post(path, 'k1', { note: 'x', rest: { a: 1, b: [2] } })
      const again = await post(path, 'k1', { rest: { b: [2], a: 1 }, note: 'x' })
      expect([first.status, again.status]).toEqual([201, 201])
      expect(first.headers.get('idempotent-replayed')).toBeNull()
      expect(again.headers.get('idempotent-replayed')).toBe('true')
      expect(again.headers.get('location')).toBe(first.headers.get('location'))
      expect(await again.text()).toBe(await first.text())
      expect(await effects()).toHaveLength(1)
    })

    it('refuses the key for another body', async () => {
      await post(path, 'k1', { note: 'x' })
      const other = await post(path, 'k1', { note: 'y' })
      expect([other.status, await other.json()]).toMatchObject([422, { code: 'request.idempotency-key-reused' }])
      expect(await effects()).toHaveLength(1)
    })

    it('refuses while the first is in flight, then replays', async () => {
      const gate = holdNext()
      const first = post(path, 'k1', { note: 'x' })
      await gate.entered
      const second = await post(path, 'k1', { note: 'x' })
      expect([second.status, await second.json()]).toMatchObject([409, { code: 'request.in-flight' }])
      expect(second.headers.get('retry-after')).toBe('1')
      gate.open()
      expect((await first).status).toBe(201)
      expect((await post(path, 'k1', { note: 'x' })).headers.get('idempotent-replayed')).toBe('true')
      expect(await effects()).toHaveLength(1)
    })

    it('has one effect for many duplicates at once', async () => {
      const answers = await Promise.all(Array.from({ length: 30 }, () => post(path, 'k1', { note: 'x' })))
      const statuses = new Set(answers.map(({ status }) => status))
      expect([...statuses].every((status) => status === 201 || status === 409)).toBe(true)
      const bodies = await Promise.all(answers.filter(({ status }) => status === 201).map((answer) => answer.text()))
      expect(new Set(bodies).size).toBe(1)
      expect(await effects()).toHaveLength(1)
    })

    it('keeps keys of tenants apart', async () => {
      const other = 'ten_01kamv0000000000000000000z' as typeof TENANT
      await post(path, 'k1', { note: 'x' })
      expect((await post(path, 'k1', { note: 'x' }, { tenant: other })).headers.get('idempotent-replayed')).toBeNull()
    })

    it('serves more keys at once than there are connections', async () => {
      const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => post(path, `many-${i}`, { note: 'x' })))
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 40 }, () => 201))
    })
  })

  it('keeps with one commit the answers to many requests, one of which is refused', async () => {
    const notes = Array.from({ length: 8 }, (_, n) => (n === 3 ? 'refused' : `n${n}`))
    const ask = (note: string) => post('/v1/together/a', `key of ${note}`.replaceAll(' ', '-'), { note })
    const answers = await Promise.all(notes.map(ask))
    expect(answers.map(({ status }) => status)).toEqual(notes.map((note) => (note === 'refused' ? 409 : 201)))
    const kept = notes.filter((note) => note !== 'refused')
    expect((await effects()).sort()).toEqual(kept)
    const records = await database.owner.sql<{ tx: string }[]>`select xmin::text as tx from idempotency`
    expect([records.length, new Set(records.map(({ tx }) => tx)).size < kept.length]).toEqual([7, true])
    const again = await Promise.all(notes.map(ask))
    expect(await Promise.all(again.map((answer) => answer.json()))).toMatchObject(
      notes.map((note) => (note === 'refused' ? { code: 'request.conflict' } : { note })),
    )
    expect(again.map(({ headers }) => headers.get('idempotent-replayed'))).toEqual(
      notes.map((note) => (note === 'refused' ? null : 'true')),
    )
    expect((await effects()).sort()).toEqual(kept)
  })

  it('has one effect for the same request twice in one commit', async () => {
    const keys = ['first', 'k1', 'k1', 'k1', 'k1', 'k2', 'k1', 'k2', 'k1']
    const answers = await Promise.all(keys.map((key) => post('/v1/together/a', key, { note: key })))
    const fresh = answers.filter(({ status, headers }) => status === 201 && !headers.has('idempotent-replayed'))
    expect(fresh).toHaveLength(3)
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true)
    expect((await effects()).sort()).toEqual(['first', 'k1', 'k2'])
  })

  it('tells path parameters apart under one key', async () => {
    await post('/v1/things/a', 'k1', { note: 'x' })
    expect((await post('/v1/things/b', 'k1', { note: 'x' })).status).toBe(422)
  })

  it.each([
    ['refused', 409],
    ['defect', 500],
  ])('undoes and forgets what was %s', async (note, status) => {
    expect((await post('/v1/things/a', 'k1', { note })).status).toBe(status)
    expect(await effects()).toEqual([])
    expect((await post('/v1/things/a', 'k1', { note: 'better' })).status).toBe(201)
  })

  it('loses effect and record together when the connection dies before the commit', async () => {
    const gate = holdNext()
    const first = post('/v1/things/a', 'k1', { note: 'x' })
    await gate.entered
    await database.owner
      .sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'test thing' and xact_start is not null`
    gate.open()
    expect((await first).status).toBe(503)
    expect(await effects()).toEqual([])
    expect((await post('/v1/things/a', 'k1', { note: 'x' })).headers.get('idempotent-replayed')).toBeNull()
    expect(await effects()).toEqual(['x'])
  })

  it('replays to a caller that went away before the answer', async () => {
    const gate = holdNext()
    const gone = new AbortController()
    const first = server.call('/v1/things/a', {
      body: { note: 'x' },
      headers: { 'idempotency-key': 'k1' },
      signal: gone.signal,
    })
    await gate.entered
    gone.abort()
    await expect(first).rejects.toThrow()
    gate.open()
    const poll = async (): Promise<Response> => {
      const answer = await post('/v1/things/a', 'k1', { note: 'x' })
      return answer.status === 409 ? poll() : answer
    }
    expect((await poll()).headers.get('idempotent-replayed')).toBe('true')
    expect(await effects()).toEqual(['x'])
  })

  it('runs a resumable handler again after it broke between effect and answer, with the same key', async () => {
    crashAfterEffect = true
    expect((await post('/v1/resumable', 'k1', { note: 'x' })).status).toBe(500)
    crashAfterEffect = false
    expect((await post('/v1/resumable', 'k1', { note: 'other' })).status).toBe(422)
    const retried = await post('/v1/resumable', 'k1', { note: 'x' })
    expect([retried.status, retried.headers.get('idempotent-replayed')]).toEqual([201, null])
    expect(calls).toEqual(['k1', 'k1'])
    expect(await effects()).toEqual(['k1'])
  })

  it('lets go of the lock of a resumable request whose handler is refused', async () => {
    expect((await post('/v1/resumable', 'k1', { note: 'refused' })).status).toBe(409)
    expect(await (await post('/v1/resumable', 'k1', { note: 'refused' })).json()).toMatchObject({
      code: 'request.conflict',
    })
  })

  it('forgets records after 72 hours, not before', async () => {
    await post('/v1/things/a', 'k1', { note: 'x' })
    const at = (hours: number) =>
      contextFor({
        db: database.db,
        now: addMs(NOW, hours * HOUR_MS),
        actor: 'test',
        tenant: TENANT,
        trace: { correlationId: 'x', causationId: null, traceparent: null },
        log: silent,
      })
    expect(await sweepIdempotency(at(71))).toBe(0)
    expect(await sweepIdempotency(at(73))).toBe(1)
  })
})
