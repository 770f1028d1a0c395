import { eventually } from '@draupnir/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { BOOTSTRAP, gatewayBefore, T0 } from '../service.fixture.ts'
import { PLATFORM_TENANT } from '../tenant/tenant.ts'
import { seen, thingsService } from '../things.fixture.ts'

const { call, db, logged } = await gatewayBefore({ contract: thingsService })
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

it('notes when a key was last used', async () => {
  const { body } = await makeKey({})
  await call('GET', '/v1/things/a', { token: String(body.token) })
  await eventually(async () => {
    const rows = (await call('GET', '/v1/api-keys')).body.data as { id: string; last_used_at: string | null }[]
    return rows.find(({ id }) => id === body.id)?.last_used_at != null
  })
})
