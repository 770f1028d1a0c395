import type { Context } from '@draupnir/db'
import { createApp, internalAuth, signInternal } from '@draupnir/http'
import { emitted, nextId, testLog } from '@draupnir/testing'
import { addMs, DAY_MS, fromEpochMs, type Instant } from '@draupnir/time'
import { JournalAppended } from '@draupnir/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { routes } from '../routes.ts'
import { availableOf, books, freshContext, fund, ledgerDatabase, START, usd } from '../service.fixture.ts'
import { verify } from '../verify/verify.ts'
import { expirePending } from './expire-pending.ts'

const { db } = await ledgerDatabase()
const SECRET = 'a secret of this test'
let now: Instant = START
const app = createApp({
  routes,
  db,
  now: async () => now,
  log: testLog(),
  authenticate: internalAuth(SECRET),
  checkReplies: true,
})

const transaction = z.looseObject({ id: z.string(), state: z.string() })
const answer = z.looseObject({
  id: z.string().optional(),
  state: z.string().optional(),
  code: z.string().optional(),
  results: z
    .array(
      z.looseObject({
        status: z.string(),
        transaction: transaction.nullable(),
        problem: z.looseObject({ code: z.string() }).nullable(),
      }),
    )
    .optional(),
})

async function post(
  { tenant }: Pick<Context, 'tenant'>,
  path: string,
  key: string | null,
  body?: object,
  actor = 'key_test',
) {
  const claims = { tenant, actor, scopes: ['ledger:write'], request_id: 'req_test_0001' }
  const text = body === undefined ? '' : JSON.stringify(body)
  const headers = signInternal(SECRET, { method: 'POST', path, body: text }, claims)
  const response = await app.request(path, {
    method: 'POST',
    body: text,
    headers: {
      ...headers,
      'x-request-id': claims.request_id,
      ...(key === null ? {} : { 'idempotency-key': key }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
  })
  const replayed = response.headers.get('idempotent-replayed') === 'true'
  return { status: response.status, replayed, body: answer.parse(await response.json()) }
}

const commit = (buyer: string, amount: number, more: object = {}) => ({
  recipe: 'funds.commit',
  input: { buyer_id: buyer, amount: usd(amount) },
  ...more,
})
const PATH = '/v1/ledger/transactions'

async function funded(amount: number) {
  const ctx = freshContext(db)
  const buyer = nextId('party')
  await fund(ctx, buyer, amount)
  const left = () => availableOf(ctx, `${buyer}:available:USD`)
  return { ctx, buyer, left }
}

describe('POST /v1/ledger/transactions', () => {
  it('books once for a key, and answers it again with the same', async () => {
    const { ctx, buyer, left } = await funded(100)
    const first = await post(ctx, PATH, 'k1', commit(buyer, 30))
    now = addMs(now, 1_000)
    const again = await post(ctx, PATH, 'k1', commit(buyer, 30))
    expect([first.status, first.replayed, again.status, again.replayed]).toEqual([201, false, 201, true])
    expect(again.body).toEqual(first.body)
    expect(await left()).toBe(70n)
  })

  it('refuses the key with another body, and a request without a key', async () => {
    const { ctx, buyer, left } = await funded(100)
    await post(ctx, PATH, 'k1', commit(buyer, 30))
    expect((await post(ctx, PATH, 'k1', commit(buyer, 31))).body.code).toBe('ledger.cause-reused')
    expect((await post(ctx, PATH, null, commit(buyer, 30))).body.code).toBe('request.idempotency-key-missing')
    expect(await left()).toBe(70n)
  })

  it.each([
    ['an unknown recipe', { recipe: 'money.print', input: {} }, 422, 'ledger.recipe-unknown'],
    [
      'input that does not fit',
      { recipe: 'funds.commit', input: { amount: usd(1) } },
      422,
      'ledger.recipe-input-invalid',
    ],
    ['a field nobody knows', { recipe: 'funds.commit', input: {}, postings: [] }, 400, 'request.invalid'],
  ])('refuses %s', async (_, body, status, code) => {
    expect(await post(freshContext(db), PATH, 'k1', body)).toMatchObject({ status, body: { code } })
  })

  it('says what would happen and does nothing when it is a dry run', async () => {
    const { ctx, buyer, left } = await funded(100)
    const events = (await emitted(db)).length
    expect((await post(ctx, `${PATH}?dry_run=true`, 'k1', commit(buyer, 100))).status).toBe(200)
    const refused = await post(ctx, `${PATH}?dry_run=true`, 'k2', commit(buyer, 101))
    expect(refused.body.code).toBe('ledger.balance-insufficient')
    expect(await left()).toBe(100n)
    expect(await emitted(db)).toHaveLength(events)
  })

  it('answers many at once in few commits, each on its own merits', async () => {
    const { ctx, buyer, left } = await funded(100)
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) => post(ctx, PATH, `k${n % 30}`, commit(buyer, 4))),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(50)
    expect(new Set(answers.flatMap(({ body }) => body.id ?? [])).size).toBe(25)
    expect(answers.filter(({ body }) => body.code === 'ledger.balance-insufficient')).toHaveLength(10)
    expect(await left()).toBe(0n)
    const links = (await emitted(db, JournalAppended)).filter(({ data }) => data.journal.startsWith(ctx.tenant))
    expect(links.length).toBeLessThan(12)
    expect((await verify({ db })).filter((check) => !check.ok)).toEqual([])
  })
})

describe('POST /v1/ledger/transactions/bulk', () => {
  it('accepts or refuses each on its own', async () => {
    const { ctx, buyer, left } = await funded(100)
    const transactions = [commit(buyer, 60), commit(buyer, 41), { recipe: 'nope', input: {} }, commit(buyer, 40)]
    const { body } = await post(ctx, `${PATH}/bulk`, 'k1', { transactions })
    expect(body.results?.map((it) => it.problem?.code ?? it.status)).toEqual([
      'accepted',
      'ledger.balance-insufficient',
      'ledger.recipe-unknown',
      'accepted',
    ])
    expect(await left()).toBe(0n)
    expect((await post(ctx, `${PATH}/bulk`, 'k1', { transactions })).body.results?.map((it) => it.status)).toEqual([
      'replayed',
      'refused',
      'refused',
      'replayed',
    ])
  })

  it('books all or none when they belong together', async () => {
    const { ctx, buyer, left } = await funded(100)
    const bulk = (key: string, amounts: number[]) =>
      post(ctx, `${PATH}/bulk`, key, { mode: 'together', transactions: amounts.map((amount) => commit(buyer, amount)) })
    const refused = await bulk('k1', [60, 41])
    expect(refused.body.results?.map((it) => it.problem?.code)).toEqual([
      'ledger.together-refused',
      'ledger.balance-insufficient',
    ])
    expect(await left()).toBe(100n)
    expect((await bulk('k2', [60, 40])).body.results?.map((it) => it.status)).toEqual(['accepted', 'accepted'])
    expect(await left()).toBe(0n)
  })
})

describe('pending', () => {
  it('is posted or voided by a request of its own', async () => {
    const { ctx, buyer } = await funded(100)
    const held = await post(ctx, PATH, 'k1', commit(buyer, 30, { state: 'pending' }))
    expect(held.body.state).toBe('pending')
    const done = await post(ctx, `${PATH}/${held.body.id}/post`, 'k2')
    expect(done).toMatchObject({ status: 200, body: { state: 'posted' } })
    expect(await post(ctx, `${PATH}/${held.body.id}/post`, 'k2')).toMatchObject({ status: 200, replayed: true })
    const late = await post(ctx, `${PATH}/${held.body.id}/void`, 'k3')
    expect(late).toMatchObject({ status: 409, body: { code: 'ledger.transaction-not-pending' } })
    expect(await books(ctx)).toMatchObject({ [`${buyer}:committed:USD`]: 30n })
  })

  it.each(['post', 'void', 'undo'])(
    'is not found by %s when there is none, nor when it is another tenant’s',
    async (verb) => {
      const [{ ctx, buyer }, other] = [await funded(100), await funded(100)]
      const held = await post(ctx, PATH, 'k1', commit(buyer, 30, { state: 'pending' }))
      const missing = { status: 404, body: { code: 'request.not-found' } }
      expect(await post(ctx, `${PATH}/${ctx.newId('transaction')}/${verb}`, 'k2')).toMatchObject(missing)
      expect(await post(other.ctx, `${PATH}/${held.body.id}/${verb}`, 'k2')).toMatchObject(missing)
    },
  )

  it('voids itself when its time is over, and cannot be posted after it', async () => {
    const { ctx, buyer, left } = await funded(100)
    const expires_at = addMs(now, DAY_MS)
    const held = await post(ctx, PATH, 'k1', commit(buyer, 30, { state: 'pending', expires_at }))
    expect(await left()).toBe(70n)
    now = expires_at
    const late = await post(ctx, `${PATH}/${held.body.id}/post`, 'k2')
    expect(late.body.code).toBe('ledger.transaction-expired')
    ctx.clock.set(now)
    await expirePending({ db, now: () => now, log: ctx.log, forTenant: () => ctx })
    expect(await left()).toBe(100n)
    expect((await verify({ db })).filter((check) => !check.ok)).toEqual([])
  })
})

describe('undo', () => {
  it('restores the balances, once', async () => {
    const { ctx, buyer, left } = await funded(100)
    const { body } = await post(ctx, PATH, 'k1', commit(buyer, 30))
    const undone = await post(ctx, `${PATH}/${body.id}/undo`, 'k2')
    expect(undone).toMatchObject({ status: 201, body: { undoes: body.id } })
    expect(await left()).toBe(100n)
    expect((await post(ctx, `${PATH}/${body.id}/undo`, 'k2')).replayed).toBe(true)
    expect((await post(ctx, `${PATH}/${body.id}/undo`, 'k3')).body.code).toBe('ledger.undone-before')
    expect((await post(ctx, `${PATH}/${undone.body.id}/undo`, 'k4')).body.code).toBe('ledger.transaction-undo-invalid')
  })
})

describe('POST /v1/ledger/closings', () => {
  it('refuses what is effective in a closed period, and takes it after', async () => {
    const { ctx, buyer } = await funded(100)
    now = addMs(now, DAY_MS)
    const closed_through = addMs(now, -1)
    expect(await post(ctx, '/v1/ledger/closings', 'c1', { closed_through })).toMatchObject({ status: 201 })
    const late = await post(ctx, PATH, 'k1', commit(buyer, 30, { effective_at: closed_through }))
    expect(late.body.code).toBe('ledger.period-closed')
    expect((await post(ctx, PATH, 'k2', commit(buyer, 30, { effective_at: now }))).status).toBe(201)
    const future = await post(ctx, '/v1/ledger/closings', 'c2', { closed_through: fromEpochMs(4e12) })
    expect(future.body.code).toBe('ledger.closing-invalid')
  })
})

describe('POST /v1/ledger/accounts/{ref}/…', () => {
  it('freezes, opens, and closes only what is empty', async () => {
    const { ctx, buyer } = await funded(100)
    const ref = `/v1/ledger/accounts/${buyer}:available:USD`
    await post(ctx, `${ref}/freeze`, 'a1', { reason: 'asked by compliance' })
    expect((await post(ctx, PATH, 'k1', commit(buyer, 1))).body.code).toBe('ledger.account-frozen')
    expect((await post(ctx, `${ref}/open`, 'a2', { reason: 'cleared' })).body.state).toBe('open')
    expect((await post(ctx, `${ref}/close`, 'a3', { reason: 'leaves' })).body.code).toBe('ledger.account-not-empty')
    expect((await post(ctx, PATH, 'k2', commit(buyer, 100))).status).toBe(201)
    expect((await post(ctx, `${ref}/close`, 'a4', { reason: 'leaves' })).body.state).toBe('closed')
    expect((await post(ctx, PATH, 'k3', { ...commit(buyer, 1), recipe: 'funds.uncommit' })).body.code).toBe(
      'ledger.account-closed',
    )
  })
})

describe('adjust', () => {
  const input = {
    reason: 'found at the bank',
    postings: [{ debit: 'platform:cash.ach:USD', credit: 'platform:suspense:USD', amount: usd(12) }],
  }

  it('takes two people: one books it pending, another posts it', async () => {
    const ctx = freshContext(db)
    const alone = await post(ctx, PATH, 'k1', { recipe: 'adjust', input })
    expect(alone).toMatchObject({ status: 409, body: { code: 'ledger.second-person-needed' } })
    const held = await post(ctx, PATH, 'k2', { recipe: 'adjust', input, state: 'pending' })
    const own = await post(ctx, `${PATH}/${held.body.id}/post`, 'k3')
    expect(own.body.code).toBe('ledger.second-person-needed')
    expect(await books(ctx)).toEqual({})
    const done = await post(ctx, `${PATH}/${held.body.id}/post`, 'k4', undefined, 'key_other')
    expect(done).toMatchObject({ status: 200, body: { state: 'posted' } })
    expect(await post(ctx, `${PATH}/${held.body.id}/undo`, 'k5')).toMatchObject({ body: { state: 'pending' } })
    expect(await books(ctx)).toMatchObject({ 'platform:suspense:USD': 12n })
  })
})
