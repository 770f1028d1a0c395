import type { Context } from '@draupnir/db'
import { required } from '@draupnir/errors'
import { createApp, internalAuth, signInternal } from '@draupnir/http'
import { nextId, testLog } from '@draupnir/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { routes } from './routes.ts'
import { collect, freshContext, fund, ledgerDatabase, paidInvoice, START, usd } from './service.fixture.ts'
import { settlePayment } from './settlement/settle-payment.ts'
import { openWallet } from './wallet/open-wallet.ts'

const { db } = await ledgerDatabase()
const SECRET = 'a secret of this test'
const app = createApp({
  routes,
  db,
  now: async () => START,
  log: testLog(),
  authenticate: internalAuth(SECRET),
  checkReplies: true,
})

const row = z.record(z.string(), z.unknown())
const answer = z.looseObject({
  code: z.string().optional(),
  data: z.array(row).optional(),
  next_cursor: z.string().nullish(),
  currencies: z.array(z.looseObject({ debits: z.string(), credits: z.string(), rows: z.array(row) })).optional(),
})

async function get({ tenant }: Pick<Context, 'tenant'>, path: string, scopes: string[] = ['ledger:read']) {
  const claims = { tenant, actor: 'key_test', scopes, request_id: 'req_test_0001' }
  const headers = signInternal(SECRET, { method: 'GET', path }, claims)
  const response = await app.request(path, { headers: { 'x-request-id': claims.request_id, ...headers } })
  return { status: response.status, body: answer.parse(await response.json()) }
}

/** One field of every row of a list, and the cursor of its next page. */
async function list(ctx: Pick<Context, 'tenant'>, path: string, field: string) {
  const { body } = await get(ctx, path)
  return { values: (body.data ?? []).map((row) => row[field]), next: body.next_cursor }
}

const NEVER = '9999-99-99T99:99:99.999Z'
const cursorAt = (...place: string[]) => Buffer.from(JSON.stringify(place)).toString('base64url')

const ctx = freshContext(db)
const stranger = freshContext(db)
const seller = nextId('party')
const invoice = paidInvoice([[seller, 1000]])
const collectionId = await collect(ctx, invoice)
await fund(ctx, invoice.buyer_id, 7)
const settlement = required(
  await settlePayment(ctx, { invoice, collectionId, cause: 'paid-1', paidAt: START }),
  'an invoice of something is settled',
)

describe('GET /v1/parties/{party_id}/wallet', () => {
  it('shows every account of the party, empty ones too', async () => {
    const { status, body } = await get(ctx, `/v1/parties/${invoice.buyer_id}/wallet`)
    expect(status).toBe(200)
    const row = (account: string, amount: number) => ({
      account,
      currency: 'USD',
      ref: `${invoice.buyer_id}:${account}:USD`,
      posted: usd(amount),
      pending: usd(0),
      available: usd(amount),
    })
    expect(body).toEqual({
      party_id: invoice.buyer_id,
      balances: [
        row('available', 7),
        row('committed', 0),
        row('pay_in_holding', 0),
        row('payout_in_transit', 0),
        row('committed_downpayment', 0),
        row('holding', 0),
        row('notional', 0),
        row('receivable', 0),
      ],
    })
  })

  it('shows an empty wallet of a party without money', async () => {
    const party = nextId('party')
    await openWallet(ctx, party)
    expect(await get(ctx, `/v1/parties/${party}/wallet`)).toEqual({
      status: 200,
      body: { party_id: party, balances: [] },
    })
  })
})

describe('GET /v1/ledger/accounts', () => {
  it('lists every account by ref, a page at a time', async () => {
    const first = await list(ctx, '/v1/ledger/accounts?limit=3', 'ref')
    expect(first.values).toEqual(['platform:cash.ach:USD', 'platform:fee_revenue:USD', `${seller}:pay_in_holding:USD`])
    const rest = await list(ctx, `/v1/ledger/accounts?limit=3&cursor=${first.next}`, 'ref')
    expect(rest).toEqual({ values: [expect.any(String), expect.any(String)], next: null })
    expect((await list(ctx, '/v1/ledger/accounts?owner=platform', 'ref')).values).toHaveLength(2)
  })

  it('shows one', async () => {
    const { body } = await get(ctx, '/v1/ledger/accounts/platform:cash.ach:USD')
    expect(body).toMatchObject({ owner: 'platform', account: 'cash.ach', normal_side: 'debit', posted: usd(1007) })
  })
})

describe('GET /v1/ledger/transactions', () => {
  it('lists newest first, with filters', async () => {
    const recipes = async (query: string) => (await list(ctx, `/v1/ledger/transactions${query}`, 'recipe')).values
    expect(await recipes('')).toEqual(['invoice.settle', 'pay_in.clear', 'funds.commit', 'pay_in.clear'])
    expect(await recipes(`?party_id=${seller}`)).toEqual(['invoice.settle'])
    expect(await recipes(`?account=${invoice.buyer_id}:committed:USD`)).toEqual(['invoice.settle', 'funds.commit'])
    expect(await recipes('?account=platform:savings:USD')).toEqual([])
    expect(await recipes('?cause=paid-1')).toEqual(['invoice.settle'])
    expect(await recipes(`?reference=${collectionId}`)).toEqual(['invoice.settle', 'funds.commit'])
    expect(await recipes(`?settlement_id=${settlement.id}`)).toEqual(['invoice.settle', 'funds.commit'])
    expect(await recipes(`?settlement_id=${nextId('settlement')}`)).toEqual([])
    const first = await list(ctx, '/v1/ledger/transactions?limit=1', 'id')
    expect(await recipes(`?limit=2&cursor=${first.next}`)).toEqual(['pay_in.clear', 'funds.commit'])
  })

  it('shows one with its postings', async () => {
    const [leg] = settlement.legs
    const { body } = await get(ctx, `/v1/ledger/transactions/${leg?.transactionId}`)
    expect(body).toMatchObject({
      recipe: 'invoice.settle',
      state: 'posted',
      cause: 'paid-1',
      reference: collectionId,
      postings: [{ amount: usd(900) }, { amount: usd(100) }],
    })
  })
})

describe('GET /v1/ledger/trial-balance', () => {
  it('adds up to zero', async () => {
    const { body } = await get(ctx, '/v1/ledger/trial-balance')
    expect(body).toMatchObject({ currencies: [{ currency: 'USD', difference: '0' }] })
    const balance = required(body.currencies?.[0], 'there is a currency')
    expect(balance.debits).toBe(balance.credits)
    expect(balance.rows.map((row) => [row.account, row.balance])).toEqual([
      ['available', '7'],
      ['committed', '0'],
      ['pay_in_holding', '900'],
      ['cash.ach', '1007'],
      ['fee_revenue', '100'],
    ])
  })
})

describe('GET /v1/settlements', () => {
  it('shows the legs with state and due time', async () => {
    const { body } = await get(ctx, `/v1/settlements/${settlement.id}`)
    expect(body).toMatchObject({ state: 'seasoning', legs: [{ due_at: '2026-01-03T00:00:00.000Z' }, { due_at: null }] })
  })

  it('lists with filters', async () => {
    const ids = async (query: string) => (await list(ctx, `/v1/settlements?${query}`, 'id')).values
    expect(await ids(`invoice_id=${invoice.id}`)).toEqual([settlement.id])
    expect(await ids(`seller_id=${seller}&state=seasoning`)).toEqual([settlement.id])
    expect(await ids(`contract_id=${invoice.contract_id}&buyer_id=${invoice.buyer_id}`)).toEqual([settlement.id])
    expect(await ids(`buyer_id=${seller}`)).toEqual([])
    expect(await ids('state=completed')).toEqual([])
  })
})

describe('another marketplace', () => {
  it.each([
    `/v1/parties/${invoice.buyer_id}/wallet`,
    '/v1/ledger/accounts/platform:cash.ach:USD',
    `/v1/ledger/accounts/${invoice.buyer_id}:available:USD`,
    `/v1/ledger/transactions/${settlement.legs[0]?.transactionId}`,
    `/v1/settlements/${settlement.id}`,
  ])('does not find %s', async (path) => {
    expect(await get(stranger, path)).toMatchObject({ status: 404, body: { code: 'request.not-found' } })
  })

  it.each(['/v1/ledger/accounts', '/v1/ledger/transactions', '/v1/settlements'])('sees nothing in %s', async (path) => {
    expect((await get(stranger, path)).body).toEqual({ data: [], next_cursor: null })
    expect((await get(stranger, '/v1/ledger/trial-balance')).body).toMatchObject({ currencies: [] })
  })
})

describe('bad input', () => {
  it.each([
    '/v1/parties/nobody/wallet',
    '/v1/ledger/accounts/cash',
    '/v1/ledger/accounts?owner=me',
    `/v1/ledger/accounts?cursor=${cursorAt('x')}`,
    `/v1/ledger/accounts/platform:cash.ach:USD/statement?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z`,
    `/v1/ledger/accounts/platform:cash.ach:USD/statement?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&cursor=${cursorAt(NEVER, '1')}`,
    `/v1/ledger/transactions?cursor=${cursorAt(NEVER, nextId('transaction'))}`,
    `/v1/parties/${seller}/holdings?cursor=${cursorAt(NEVER, nextId('settlementLeg'))}`,
    '/v1/ledger/accounts?cursor=x',
    '/v1/ledger/transactions?limit=0',
    '/v1/ledger/transactions?unknown=1',
    '/v1/ledger/transactions?account=cash',
    '/v1/ledger/transactions/txn_1',
    '/v1/settlements?state=open',
    '/v1/settlements/stl_1',
  ])('is refused on %s', async (path) => {
    expect(await get(ctx, path)).toMatchObject({ status: 400, body: { code: 'request.invalid' } })
  })

  it('is refused without the scope', async () => {
    const reads = routes.filter((route) => route.method === 'get')
    const answers = await Promise.all(
      reads.map((route) => get(ctx, route.path.replace(/\{[a-z_]+\}/g, 'x'), ['billing:read'])),
    )
    expect(answers.map(({ body }) => body.code)).toEqual(reads.map(() => 'auth.scope-missing'))
  })
})
