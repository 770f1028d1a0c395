import { nextId, TEST_TENANT } from '@draupnir/testing'
import { addMs, HOUR_MS, MINUTE_MS } from '@draupnir/time'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { contractApi } from '../api.fixture.ts'
import { contractService } from '../service.fixture.ts'
import { BUYER, flatLine, hours, T0, usageLine } from './contract.fixture.ts'

const service = await contractService()
const { clock } = service
const { call, claims } = contractApi(service)
beforeAll(service.onboard)
beforeEach(() => clock.set(T0))

const terms = { buyer_id: BUYER, currency: 'USD', platform_fee_rate: '0.10' }

it('takes a contract from draft to its announced end', async () => {
  const created = await call('POST', '/v1/contracts', terms)
  expect(created).toMatchObject({
    status: 201,
    body: {
      lifecycle: 'draft',
      cadence: 'P1M',
      net_days: 30,
      time_zone: 'UTC',
      platform_fee_rate: '0.1',
      sync: { sync_state: 'pending' },
      billing_status: 'none',
      service_status: 'provisioning',
      created_at: T0,
    },
  })
  const path = `/v1/contracts/${created.body.id}`
  const { description: _, ...line } = usageLine()
  expect(await call('POST', `${path}/lines`, line)).toMatchObject({
    status: 201,
    body: { lines: [{ description: 'h100' }] },
  })
  expect(await call('POST', `${path}/activate`, { billing_anchor: '2026-01-01T01:00:00+01:00' })).toMatchObject({
    status: 200,
    body: { lifecycle: 'active', billing_anchor: '2026-01-01T00:00:00.000Z', activated_at: T0 },
  })
  expect(await call('POST', `${path}/terminate`, { when: 'period_end', cause: 'done' })).toMatchObject({
    status: 200,
    body: { lifecycle: 'active', ends_at: '2026-02-01T00:00:00.000Z', version: 4 },
  })
  const edits = await call('GET', `${path}/edits?limit=3`)
  expect(edits.body).toMatchObject({
    data: [{ operation: 'create' }, { operation: 'add_line' }, { operation: 'activate' }],
  })
  const rest = await call('GET', `${path}/edits?limit=3&cursor=${edits.body.next_cursor}`)
  expect(rest.body).toMatchObject({ data: [{ operation: 'terminate', seq: 4, cause: 'done' }], next_cursor: null })
})

it('lists contracts, newest first, page by page', async () => {
  const buyer = `buyer_id=${BUYER}&lifecycle=draft`
  const ids: unknown[] = []
  for (let count = 0; count < 3; count += 1) ids.unshift((await call('POST', '/v1/contracts', terms)).body.id)
  const first = await call('GET', `/v1/contracts?limit=2&${buyer}`)
  const second = await call('GET', `/v1/contracts?limit=2&${buyer}&cursor=${first.body.next_cursor}`)
  const listed = [...first.body.data, ...second.body.data]
  expect(listed.map(({ id }) => id)).toEqual(ids)
  expect(second.body.next_cursor).toBeNull()
})

it.each([
  ['an unknown field', { ...terms, color: 'red' }],
  ['an unknown currency', { ...terms, currency: 'XXX' }],
  ['a share above one', { ...terms, platform_fee_rate: '1.1' }],
  ['a negative term', { ...terms, net_days: -1 }],
  ['no buyer', { currency: 'USD', platform_fee_rate: '0' }],
])('answers 400 to %s', async (_, body) => {
  expect(await call('POST', '/v1/contracts', body)).toMatchObject({ status: 400, body: { code: 'request.invalid' } })
})

it('shows nothing of another tenant', async () => {
  const { body } = await call('POST', '/v1/contracts', terms)
  claims.tenant = nextId('tenant')
  try {
    const path = `/v1/contracts/${body.id}`
    expect(await call('GET', path)).toMatchObject({ status: 404, body: { code: 'request.not-found' } })
    expect((await call('GET', `${path}/edits`)).status).toBe(404)
    expect((await call('POST', `${path}/lines`, flatLine())).status).toBe(404)
    expect((await call('POST', `${path}/terminate`, { when: 'at', at: hours(1), cause: 'x' })).status).toBe(404)
    expect((await call('GET', '/v1/contracts')).body.data).toEqual([])
  } finally {
    claims.tenant = TEST_TENANT
  }
})

it('lets only writers write', async () => {
  claims.scopes = ['contracts:read']
  expect(await call('POST', '/v1/contracts', terms)).toMatchObject({ status: 403 })
  claims.scopes = ['contracts:read', 'contracts:write']
})

async function running() {
  const { body } = await call('POST', '/v1/contracts', terms)
  const path = `/v1/contracts/${body.id}`
  const { body: added } = await call('POST', `${path}/lines`, flatLine())
  await call('POST', `${path}/activate`, {})
  const [line] = (added as unknown as { lines: { id: string }[] }).lines
  return { path, line: `${path}/lines/${line?.id}` }
}

it('honours the version a caller means, and says what changed', async () => {
  const { path, line } = await running()
  const { etag } = await call('GET', path)
  expect(etag).toBe('"3"')
  const change = (quantity: string, tag = '"3"') => call('POST', `${line}/quantity`, { quantity }, { 'if-match': tag })
  expect(await change('2')).toMatchObject({ status: 200, etag: '"4"', body: { lines: [{ quantity: '2' }] } })
  await call('POST', `${path}/terms`, { net_days: 5 })
  const lost = await change('3')
  expect(lost).toMatchObject({ status: 412, body: { code: 'request.precondition-failed' } })
  expect(lost.body).toMatchObject({
    context: { current: '"5"', changes: [{ operation: 'change_quantity' }, { operation: 'set_terms' }] },
  })
  const dry = await call('POST', `${line}/quantity?dry_run=true`, { quantity: '3' }, { 'if-match': '"3"' })
  expect(dry).toMatchObject({ status: 412, body: { code: 'request.precondition-failed' } })
  expect(await call('GET', path)).toMatchObject({ etag: '"5"', body: { net_days: 5, lines: [{ quantity: '2' }] } })
})

it('takes an edit for any version, or for one of several', async () => {
  const { path } = await running()
  for (const [index, tag] of ['*', ' * ', '"3", "5"', '"6" , "1"'].entries())
    expect(await call('POST', `${path}/terms`, { net_days: index }, { 'if-match': tag })).toMatchObject({
      status: 200,
      etag: `"${index + 4}"`,
    })
})

it.each([
  ['a later one', '"4"', []],
  ['one that is no version', '"99999999999999999999"', []],
  ['one beyond what a column holds', '"2147483648"', []],
  ['a weak one', 'W/"3"', ['create', 'add_line', 'activate']],
  ['one without quotes', '3', ['create', 'add_line', 'activate']],
  ['half a quote', '"3', ['create', 'add_line', 'activate']],
  ['one less than nothing', '"-3"', ['create', 'add_line', 'activate']],
  ['one that only looks the same', '"03"', []],
  ['part of it', '"33"', []],
  ['nothing', '', ['create', 'add_line', 'activate']],
  ['two others', '"1", "2"', ['activate']],
])('refuses an edit for another version: %s', async (_, tag, changes) => {
  const { path } = await running()
  const refused = await call('POST', `${path}/terms`, { net_days: 9 }, { 'if-match': tag })
  expect(refused).toMatchObject({ status: 412, body: { code: 'request.precondition-failed' } })
  const { context } = refused.body as unknown as { context: { current: string; changes: { operation: string }[] } }
  expect(context.current).toBe('"3"')
  expect(context.changes.map(({ operation }) => operation)).toEqual(changes)
  expect(await call('GET', path)).toMatchObject({ etag: '"3"', body: { net_days: 30 } })
})

it('says what began by itself since the version a caller means, and what was recorded', async () => {
  const { path, line } = await running()
  const at = (hour: number) => addMs(clock.now(), hour * HOUR_MS)
  const [first, second] = [at(1), at(2)]
  await call('POST', `${line}/quantity`, { quantity: '2', effective_at: first })
  await call('POST', `${line}/discount`, { discount_rate: '0.1', effective_at: second })
  await call('POST', `${path}/terms`, { net_days: 3, effective_at: at(3) })
  const changesSince = async (version: number) => {
    const refused = await call('POST', `${path}/terms`, { net_days: 9 }, { 'if-match': `"${version}"` })
    const { context } = refused.body as unknown as { context: { current: string; changes: { operation: string }[] } }
    return [context.current, ...context.changes.map(({ operation }) => operation)]
  }
  clock.set(second)
  expect(await changesSince(6)).toEqual(['"8"', 'change_quantity', 'set_discount'])
  expect(await changesSince(7)).toEqual(['"8"', 'set_discount'])
  expect(await changesSince(4)).toEqual(['"8"', 'change_quantity', 'set_discount', 'set_terms'])
  expect((await call('POST', `${path}/terms`, { net_days: 9 }, { 'if-match': '"8"' })).etag).toBe('"9"')
  expect(await changesSince(7)).toEqual(['"9"', 'set_discount', 'set_terms'])
  expect(await changesSince(8)).toEqual(['"9"', 'set_terms'])
})

it('shows at most fifty of the changes', async () => {
  const { path, line } = await running()
  const soon = addMs(clock.now(), HOUR_MS)
  await call('POST', `${line}/quantity`, { quantity: '2', effective_at: soon })
  clock.set(soon)
  for (let count = 0; count < 55; count += 1) await call('POST', `${path}/terms`, { net_days: count })
  const refused = await call('POST', `${path}/terms`, { net_days: 9 }, { 'if-match': '"4"' })
  const { context } = refused.body as unknown as { context: { current: string; changes: unknown[] } }
  expect([context.current, context.changes.length]).toEqual(['"60"', 50])
})

it.each([
  ['a number too large', '10000000000'],
  ['a number below one', '0'],
  ['a part of a number', '1.5'],
  ['a text', '"x"'],
  ['nothing', 'null'],
])('answers 400 to a cursor of edits that holds %s', async (_, json) => {
  const { path } = await running()
  const cursor = Buffer.from(json).toString('base64url')
  expect(await call('GET', `${path}/edits?cursor=${cursor}`)).toMatchObject({
    status: 400,
    body: { code: 'request.invalid' },
  })
})

it('previews with dry_run, and leaves the key free', async () => {
  const { path, line } = await running()
  const key = { 'idempotency-key': 'the-same' }
  const preview = await call('POST', `${line}/quantity?dry_run=true`, { quantity: '2' }, key)
  expect(preview).toMatchObject({
    status: 202,
    body: { contract: { lines: [{ quantity: '2' }] }, current_period: { difference: { amount: '50000' } } },
  })
  expect(await call('GET', path)).toMatchObject({ etag: '"3"', body: { lines: [{ quantity: '1' }] } })
  expect(await call('POST', `${line}/quantity`, { quantity: '2' }, key)).toMatchObject({ status: 200, etag: '"4"' })
})

it('takes every operation over HTTP, and shows the log, the timeline and the difference', async () => {
  const { path, line } = await running()
  const posts: readonly [string, object][] = [
    [`${line}/price`, { price: { type: 'flat_recurring', unit_price: { amount: '60000.0', currency: 'USD' } } }],
    [`${line}/discount`, { discount_rate: '0.10' }],
    [`${line}/devices`, { device_ids: [] }],
    [`${path}/sla`, { sla: { availability: '0.99', excludes_maintenance: true, credits: [] } }],
    [`${path}/terms`, { net_days: 10 }],
    [`${path}/splits`, { platform_fee_rate: '0.2', splits: [] }],
    [
      `${path}/financing`,
      {
        plan: {
          principal: { amount: '10000', currency: 'USD' },
          down_payment: { amount: '0', currency: 'USD' },
          apr: '0',
          installments: 3,
          first_due_at: hours(1),
        },
      },
    ],
    [`${path}/suspend`, { cause: 'unpaid' }],
    [`${path}/resume`, {}],
    [`${path}/lines`, flatLine()],
    [`${line}/remove`, {}],
  ]
  for (const [route, body] of posts) {
    clock.advance(1000)
    expect([route, (await call('POST', route, body)).status]).toMatchObject([route, /lines$/.test(route) ? 201 : 200])
  }
  const log = (await call('GET', `${path}/edits?limit=100`)).body.data as unknown as {
    id: string
    operation: string
    superseded_by: string | null
  }[]
  const terms = log.find(({ operation }) => operation === 'set_terms')
  const replacement = { operation: 'set_terms', payload: { net_days: 20 } }
  const corrected = await call('POST', `${path}/edits/${terms?.id}/correct`, { replacement, cause: 'typo' })
  expect(corrected).toMatchObject({ status: 200, body: { net_days: 20 } })
  const after = (await call('GET', `${path}/edits?limit=100`)).body.data as unknown as typeof log
  const correction = after.at(-1)
  expect(after.find(({ id }) => id === terms?.id)?.superseded_by).toBe(correction?.id)
  const voided = await call('POST', `${path}/edits/${correction?.id}/void`, { cause: 'it was right' })
  expect(voided).toMatchObject({ status: 200, body: { net_days: 10 } })
  clock.set(hours(1))
  expect(await call('GET', `${path}/timeline?known_at=${hours(1)}`)).toMatchObject({
    status: 200,
    body: { lines: [{}, {}], lifecycle: [{}, { value: 'suspended' }, { value: 'active', to: null }] },
  })
  const diff = await call('GET', `${path}/diff?from_known=2026-01-01T00:00:00Z&to_known=${hours(1)}&as_of=${hours(1)}`)
  expect(diff).toMatchObject({ status: 200, body: { before: null, after: { fields: { net_days: 10 } } } })
})

it('refuses a new buyer, a trial of an active contract and a renewal without a term over HTTP', async () => {
  const { path } = await running()
  expect(await call('POST', `${path}/transfer`, { buyer_id: nextId('party') })).toMatchObject({
    status: 422,
    body: { code: 'contract.buyer-not-onboarded' },
  })
  expect(await call('POST', `${path}/trial`, { ends_at: hours(5), on_end: 'convert' })).toMatchObject({
    status: 409,
    body: { code: 'contract.not-draft' },
  })
  expect(await call('POST', `${path}/renew`, {})).toMatchObject({ status: 409, body: { code: 'contract.no-term' } })
  const renewal = { enabled: true, term: 'P1Y', notice: 'P30D', uplift_rate: '0' }
  expect(await call('POST', `${path}/auto-renew`, renewal)).toMatchObject({
    status: 409,
    body: { code: 'contract.no-term' },
  })
})

it('refuses to say what will be known later, and knows of clocks that differ', async () => {
  const { path } = await running()
  const now = clock.now()
  const [later, ahead] = [addMs(now, MINUTE_MS), addMs(now, MINUTE_MS + 1)]
  const asked = (at: string) => [
    `${path}?known_at=${at}`,
    `${path}/timeline?known_at=${at}`,
    `${path}/diff?from_known=${at}&to_known=${at}`,
    `${path}/diff?from_known=${now}&to_known=${at}`,
  ]
  for (const url of asked(later)) expect([url, (await call('GET', url)).status]).toEqual([url, 200])
  for (const url of asked(ahead))
    expect([url, await call('GET', url)]).toMatchObject([
      url,
      { status: 422, body: { code: 'contract.not-known-yet', context: { known_at: ahead, now } } },
    ])
})

it.each([
  ['/timeline?from=2026-03-01T00:00:00Z&to=2026-02-28T00:00:00Z', 'query.to'],
  ['/diff?from_known=2026-01-03T00:00:00Z&to_known=2026-01-02T00:00:00Z', 'query.to_known'],
  ['?as_of=1969-12-31T00:00:00Z', 'query.as_of'],
  ['?as_of=2026-02-30T00:00:00Z', 'query.as_of'],
])('answers 400 to %s, and says what is wrong', async (query, field) => {
  const { path } = await running()
  expect(await call('GET', `${path}${query}`)).toMatchObject({
    status: 400,
    body: { code: 'request.invalid', errors: [{ path: field }] },
  })
})

it('reads a timeline from the first moment that can be told', async () => {
  const { path } = await running()
  expect(await call('GET', `${path}/timeline?from=1970-01-01T00:00:00Z`)).toMatchObject({
    status: 200,
    body: { lifecycle: [{}] },
  })
})
