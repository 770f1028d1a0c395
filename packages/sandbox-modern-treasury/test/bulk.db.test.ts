import type ModernTreasury from 'modern-treasury'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from './harness.ts'

let bank: Harness
let mt: ModernTreasury
let ledgerId: string
let cash: string
let wallet: string
beforeAll(async () => {
  bank = await startHarness()
  mt = bank.mt
}, 60_000)
afterAll(() => bank.stop(), 60_000)

const account = async (name: string, normal_balance: 'credit' | 'debit') =>
  (await mt.ledgerAccounts.create({ name, ledger_id: ledgerId, normal_balance, currency: 'USD' })).id
beforeEach(async () => {
  await bank.control('PUT', 'ledger-manner', {})
  ledgerId = (await mt.ledgers.create({ name: 'usd' })).id
  cash = await account('cash', 'debit')
  wallet = await account('wallet', 'credit')
})

type Create = ModernTreasury.LedgerTransactionCreateParams
const payIn = (external_id: string, more: Partial<Create> = {}): Create => ({
  external_id,
  status: 'posted',
  ledger_entries: [
    { direction: 'debit', amount: 100, ledger_account_id: cash },
    { direction: 'credit', amount: 100, ledger_account_id: wallet },
  ],
  ...more,
})
const many = (resources: Create[], metadata = {}) =>
  mt.bulkRequests.create({ action_type: 'create', resource_type: 'ledger_transaction', resources, metadata })
const results = async (id: string) =>
  (await mt.bulkResults.list({ request_id: id, request_type: 'bulk_request' })).items.toReversed()
const posted = async (id: string) => (await mt.ledgerAccounts.retrieve(id)).balances.posted_balance.amount

describe('a bulk request', () => {
  test('is answered before it is done, and then has one result for each resource', async () => {
    const request = await many([payIn('a'), payIn('b')], { batch: 'one' })
    expect(request).toMatchObject({
      status: 'pending',
      total_resource_count: 2,
      success_result_count: 0,
      failed_result_count: 0,
      metadata: { batch: 'one' },
    })
    expect(await mt.bulkRequests.retrieve(request.id)).toMatchObject({
      status: 'completed',
      success_result_count: 2,
      failed_result_count: 0,
    })
    const done = await results(request.id)
    expect(done.map(({ status, entity_type, entity }) => [status, entity_type, entity])).toMatchObject([
      ['successful', 'ledger_transaction', { external_id: 'a', status: 'posted' }],
      ['successful', 'ledger_transaction', { external_id: 'b', status: 'posted' }],
    ])
    expect(await posted(wallet)).toBe(200)
  })

  test('takes each resource on its own: what is refused is a bulk error, the rest is done', async () => {
    await mt.ledgerTransactions.create(payIn('taken'))
    const uneven = payIn('uneven', { ledger_entries: [{ direction: 'debit', amount: 1, ledger_account_id: cash }] })
    const request = await many([payIn('taken'), payIn('c'), uneven])
    expect(await mt.bulkRequests.retrieve(request.id)).toMatchObject({
      success_result_count: 1,
      failed_result_count: 2,
    })
    const done = await results(request.id)
    expect(done.map(({ status, entity_type }) => [status, entity_type])).toEqual([
      ['failed', 'bulk_error'],
      ['successful', 'ledger_transaction'],
      ['failed', 'bulk_error'],
    ])
    expect(done.map(({ entity }) => Object(entity).request_errors?.[0]?.parameter)).toEqual([
      'external_id',
      undefined,
      'ledger_entries',
    ])
    expect((await mt.bulkResults.list({ request_id: request.id, status: 'failed' })).items).toHaveLength(2)
    expect(await posted(wallet)).toBe(200)
  })

  test('may take its time', async () => {
    await bank.control('PUT', 'ledger-manner', { bulk_delay_ms: 60_000 })
    const request = await many([payIn('later')], { batch: 'slow' })
    expect((await mt.bulkRequests.retrieve(request.id)).status).toBe('pending')
    expect(await results(request.id)).toEqual([])
    await bank.advance('2026-01-05T15:01:00Z')
    expect((await mt.bulkRequests.retrieve(request.id)).status).toBe('completed')
    expect(await posted(wallet)).toBe(100)
    await bank.control('PUT', 'ledger-manner', {})
  })

  test('is found by its metadata, and repeated only once under its key', async () => {
    const create = () =>
      mt.bulkRequests.create(
        {
          action_type: 'create',
          resource_type: 'ledger_transaction',
          resources: [payIn('d')],
          metadata: { batch: 'two' },
        },
        { idempotencyKey: `bulk:${ledgerId}` },
      )
    const first = await create()
    expect((await create()).id).toBe(first.id)
    const found = await mt.bulkRequests.list({ metadata: { batch: 'two' } })
    expect(found.items.map(({ id }) => id)).toEqual([first.id])
    expect(await posted(wallet)).toBe(100)
  })

  test('refuses locks on its entries', async () => {
    const [debit, credit] = payIn('locked').ledger_entries
    if (!debit || !credit) throw new Error('a pay-in has two entries')
    const locks = [
      { available_balance_amount: { gte: 0 } },
      { lock_version: 0 },
      { show_resulting_ledger_account_balances: true },
    ]
    const request = await many(
      locks.map((lock, n) => payIn(`l${n}`, { ledger_entries: [debit, { ...credit, ...lock }] })),
    )
    expect(await mt.bulkRequests.retrieve(request.id)).toMatchObject({
      success_result_count: 0,
      failed_result_count: 3,
    })
    expect(await posted(wallet)).toBe(0)
  })

  test('updates transactions and creates accounts too, and says what it cannot do', async () => {
    const { id } = await mt.ledgerTransactions.create(payIn('e', { status: 'pending' }))
    await mt.bulkRequests.create({
      action_type: 'update',
      resource_type: 'ledger_transaction',
      resources: [{ id, status: 'posted' }],
    })
    expect((await mt.ledgerTransactions.retrieve(id)).status).toBe('posted')
    await mt.post('/api/bulk_requests', {
      body: {
        action_type: 'create',
        resource_type: 'ledger_account',
        resources: [
          { name: 'x', ledger_id: ledgerId, normal_balance: 'credit', currency: 'USD', external_id: 'wallet:x' },
        ],
      },
    })
    const accounts = await mt.ledgerAccounts.list({ ledger_id: ledgerId, external_id: 'wallet:x' })
    expect(accounts.items).toHaveLength(1)
    const orders = mt.bulkRequests.create({
      action_type: 'create',
      resource_type: 'payment_order',
      resources: [{ amount: 1, direction: 'credit', originating_account_id: wallet, type: 'ach' }],
    })
    await expect(orders).rejects.toMatchObject({ status: 501 })
  })
})
