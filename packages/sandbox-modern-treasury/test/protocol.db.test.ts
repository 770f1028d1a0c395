import ModernTreasury from 'modern-treasury'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Harness, onboard, order, startHarness } from './harness.ts'

let bank: Harness
let mt: ModernTreasury
beforeAll(async () => {
  bank = await startHarness()
  mt = bank.mt
}, 60_000)
afterAll(() => bank.stop(), 60_000)

const auth = { authorization: `Basic ${Buffer.from('org:key').toString('base64')}` }
const raw = async (method: string, path: string, body?: string, headers: Record<string, string> = {}) => {
  const json = { 'content-type': 'application/json' }
  const init = { method, headers: { ...auth, ...json, ...headers }, ...(body !== undefined && { body }) }
  const response = await fetch(`${bank.url()}${path}`, init)
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) }
}

test('answers the SDK’s ping', async () => {
  expect(await mt.ping()).toEqual({ ping: 'pong' })
})

test('refuses a wrong key with 401 invalid_key', async () => {
  const stranger = new ModernTreasury({ organizationID: 'org', apiKey: 'wrong', baseURL: bank.url(), maxRetries: 0 })
  await expect(stranger.ping()).rejects.toMatchObject({ status: 401, error: { errors: { code: 'invalid_key' } } })
})

test('an unknown route is 404 not_found, a known one the sandbox lacks 501', async () => {
  expect(await raw('GET', '/api/unicorns')).toMatchObject({ status: 404, body: { errors: { code: 'not_found' } } })
  expect(await raw('GET', '/_stainless_unknown_path')).toMatchObject({
    status: 404,
    body: { errors: { code: 'not_found' } },
  })
  expect(await raw('GET', '/api/holds')).toMatchObject({ status: 501, body: { errors: {} } })
  expect(await raw('POST', '/api/payment_orders/create_async', '{}')).toMatchObject({ status: 501 })
})

test('an unknown id and a malformed one are 404 resource_not_found', async () => {
  for (const id of ['00000000-0000-4000-8000-000000000099', 'nonsense']) {
    const answer = await raw('GET', `/api/payment_orders/${id}`)
    expect(answer).toMatchObject({ status: 404, body: { errors: { code: 'resource_not_found' } } })
  }
})

test('malformed JSON is 400, another content type 415, too long a body 413', async () => {
  expect((await raw('POST', '/api/counterparties', '{')).status).toBe(400)
  expect((await raw('POST', '/api/counterparties', 'a=b', { 'content-type': 'text/plain' })).status).toBe(415)
  const huge = JSON.stringify({ name: 'x'.repeat(26 * 1024 * 1024) })
  expect((await raw('POST', '/api/counterparties', huge)).status).toBe(413)
})

test('an unknown parameter passes, as it does at the original', async () => {
  expect((await raw('POST', '/api/counterparties', '{"name":"A","colour":"red"}')).status).toBe(201)
})

test('a parameter the sandbox cannot honour is 501, never ignored', async () => {
  const body = JSON.stringify({ counterparty_id: null, plaid_processor_token: 'token' })
  expect((await raw('POST', '/api/external_accounts', body)).status).toBe(501)
})

describe('lists', () => {
  beforeAll(async () => {
    for (let n = 0; n < 7; n += 1)
      await mt.counterparties.create({ name: `Paged ${n}`, metadata: { set: 'paged', n: `${n % 2}` } })
  })
  const query = { metadata: { set: 'paged' } }

  test('are paged newest first and end without a cursor', async () => {
    const names: (string | null)[] = []
    for await (const item of mt.counterparties.list({ ...query, per_page: 3 })) names.push(item.name)
    expect(names).toEqual([6, 5, 4, 3, 2, 1, 0].map((n) => `Paged ${n}`))
    const first = await raw('GET', '/api/counterparties?per_page=3&metadata[set]=paged')
    expect(first.headers.get('x-per-page')).toBe('3')
    expect(first.headers.get('x-after-cursor')).toBe(first.body[2].id)
    const all = await raw('GET', '/api/counterparties?metadata[set]=paged')
    expect([all.headers.get('x-per-page'), all.headers.get('x-after-cursor')]).toEqual(['25', null])
  })

  test('clamp per_page to 1..100, zero meaning the default', async () => {
    expect((await raw('GET', '/api/counterparties?per_page=1000')).headers.get('x-per-page')).toBe('100')
    expect((await raw('GET', '/api/counterparties?per_page=0')).headers.get('x-per-page')).toBe('25')
    expect((await raw('GET', '/api/counterparties?per_page=many')).status).toBe(422)
  })

  test('hold all metadata together', async () => {
    const both = await mt.counterparties.list({ metadata: { set: 'paged', n: '1' } })
    expect(both.items.map(({ name }) => name)).toEqual(['Paged 5', 'Paged 3', 'Paged 1'])
  })

  test('refuse a filter they do not have, an unknown value and a strange cursor', async () => {
    expect(await raw('GET', '/api/counterparties?colour=red')).toMatchObject({
      status: 422,
      body: { errors: { parameter: 'colour' } },
    })
    expect((await raw('GET', '/api/payment_orders?status=lost')).status).toBe(422)
    expect((await raw('GET', '/api/counterparties?after_cursor=nonsense')).status).toBe(422)
    expect((await raw('GET', '/api/payment_orders?created_at_start=yesterday')).status).toBe(422)
  })
})

describe('an idempotency key', () => {
  test('replays the stored answer for 24 hours of clock time, also over PATCH', async () => {
    const body = { name: 'Once' }
    const first = await mt.counterparties.create(body, { idempotencyKey: 'cp:1' })
    expect(await mt.counterparties.create(body, { idempotencyKey: 'cp:1' })).toEqual(first)
    expect((await mt.counterparties.list({ name: 'Once' })).items).toHaveLength(1)
    const patch = () => mt.counterparties.update(first.id, { email: 'a@b.test' }, { idempotencyKey: 'cp:1:mail' })
    expect(await patch()).toEqual(await patch())
    await bank.advance('2026-01-06T14:59:59Z')
    expect((await mt.counterparties.create(body, { idempotencyKey: 'cp:1' })).id).toBe(first.id)
    await bank.advance('2026-01-06T15:00:00Z')
    expect((await mt.counterparties.create(body, { idempotencyKey: 'cp:1' })).id).not.toBe(first.id)
  })

  test('used for another body or another route is refused with 422', async () => {
    await mt.counterparties.create({ name: 'One' }, { idempotencyKey: 'reused' })
    const error = { status: 422, error: { errors: { parameter: 'Idempotency-Key' } } }
    await expect(mt.counterparties.create({ name: 'Two' }, { idempotencyKey: 'reused' })).rejects.toMatchObject(error)
    await expect(mt.ledgers.create({ name: 'One' }, { idempotencyKey: 'reused' })).rejects.toMatchObject(error)
  })

  test('in flight is refused with 409 conflict, and both requests have one effect', async () => {
    const { ea } = await onboard(mt)
    const create = () =>
      mt.paymentOrders.create({ ...order(ea, 100, 'debit'), metadata: { race: '1' } }, { idempotencyKey: 'race' })
    const results = await Promise.allSettled(Array.from({ length: 8 }, create))
    const refused = results.filter((result) => result.status === 'rejected').map((result) => result.reason)
    expect(refused.every((error) => error instanceof ModernTreasury.ConflictError)).toBe(true)
    const done = results.filter((result) => result.status === 'fulfilled').map((result) => result.value.id)
    expect(new Set(done).size).toBe(1)
    expect((await mt.paymentOrders.list({ metadata: { race: '1' } })).items).toHaveLength(1)
  })

  test('is forgotten after a refusal: the corrected request goes through', async () => {
    const send = (name: unknown) =>
      raw('POST', '/api/counterparties', JSON.stringify({ name }), { 'idempotency-key': 'fixed' })
    expect((await send(7)).status).toBe(422)
    expect((await send('Seven')).status).toBe(201)
  })

  test('longer than 180 characters is refused with 400', async () => {
    const answer = await raw('POST', '/api/counterparties', '{"name":"A"}', { 'idempotency-key': 'k'.repeat(181) })
    expect(answer).toMatchObject({ status: 400, body: { errors: { code: 'header_invalid' } } })
  })

  test('is ignored on DELETE', async () => {
    const one = await onboard(mt)
    const two = await onboard(mt)
    await mt.counterparties.delete(one.cp, { idempotencyKey: 'delete' })
    await mt.counterparties.delete(two.cp, { idempotencyKey: 'delete' })
    await expect(mt.counterparties.retrieve(two.cp)).rejects.toMatchObject({ status: 404 })
  })
})

describe('the fault switch', () => {
  const fault = (body: object) =>
    bank.control('POST', 'faults', { match: { path_prefix: '/api/counterparties' }, remaining: 1, ...body })
  const named = async (name: string) => (await mt.counterparties.list({ name })).items.length

  test('answers an error in the API’s words, and the SDK’s retry succeeds', async () => {
    await fault({ match: { method: 'POST' }, effect: 'error', status: 503 })
    await expect(mt.counterparties.create({ name: 'Down' })).rejects.toMatchObject({ status: 503 })
    await fault({ match: { method: 'POST' }, effect: 'error', status: 500 })
    await mt.counterparties.create({ name: 'Retried' }, { maxRetries: 2 })
    expect([await named('Down'), await named('Retried')]).toEqual([0, 1])
  })

  test('cut off before the effect nothing has happened', async () => {
    await fault({ match: { method: 'POST' }, effect: 'timeout_before' })
    await expect(mt.counterparties.create({ name: 'Before' })).rejects.toBeInstanceOf(ModernTreasury.APIConnectionError)
    expect(await named('Before')).toBe(0)
  })

  test('cut off after the effect it has happened once, and the same key finds it', async () => {
    await fault({ match: { method: 'POST' }, effect: 'timeout_after' })
    const attempt = mt.counterparties.create({ name: 'After' }, { idempotencyKey: 'after' })
    await expect(attempt).rejects.toBeInstanceOf(ModernTreasury.APIConnectionError)
    const again = await mt.counterparties.create({ name: 'After' }, { idempotencyKey: 'after' })
    expect(again.name).toBe('After')
    expect(await named('After')).toBe(1)
  })

  test('delays', async () => {
    await fault({ match: { method: 'GET' }, effect: 'delay', delay_ms: 150 })
    const started = performance.now()
    await mt.ping()
    expect(performance.now() - started).toBeGreaterThan(140)
  })
})
