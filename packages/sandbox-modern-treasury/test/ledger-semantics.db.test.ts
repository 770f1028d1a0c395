import type ModernTreasury from 'modern-treasury'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
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

const account = async (name: string, normal_balance: 'credit' | 'debit', currency = 'USD') =>
  (await mt.ledgerAccounts.create({ name, ledger_id: ledgerId, normal_balance, currency })).id
beforeEach(async () => {
  ledgerId = (await mt.ledgers.create({ name: 'usd' })).id
  cash = await account('cash', 'debit')
  wallet = await account('wallet', 'credit')
})
afterEach(async () => {
  await bank.control('PUT', 'ledger-manner', {})
  await bank.control('PUT', 'rate-limits', null)
})

type Create = ModernTreasury.LedgerTransactionCreateParams
type Entry = Create['ledger_entries'][number]
const payIn = (amount: number, more: Partial<Create> = {}, lock: Partial<Entry> = {}): Create => ({
  ledger_entries: [
    { direction: 'debit', amount, ledger_account_id: cash },
    { direction: 'credit', amount, ledger_account_id: wallet, ...lock },
  ],
  ...more,
})
const amounts = async (id: string) => {
  const { balances } = await mt.ledgerAccounts.retrieve(id)
  return [balances.pending_balance.amount, balances.posted_balance.amount, balances.available_balance.amount]
}

describe('versions', () => {
  test('begin at 0 and keep what a transaction was at each change', async () => {
    const { id } = await mt.ledgerTransactions.create(payIn(100))
    await mt.ledgerTransactions.update(id, { ledger_entries: payIn(40).ledger_entries })
    await mt.ledgerTransactions.update(id, { status: 'posted' })
    await mt.ledgerTransactions.update(id, { metadata: { k: 'v' } })
    const { items } = await mt.ledgerTransactions.versions.list({ ledger_transaction_id: id })
    const told = items.map(({ version, status, ledger_entries }) => [version, status, ledger_entries[0]?.amount])
    expect(told).toEqual([
      [3, 'posted', 40],
      [2, 'posted', 40],
      [1, 'pending', 40],
      [0, 'pending', 100],
    ])
    const since = await mt.ledgerTransactions.versions.list({ ledger_transaction_id: id, version: { gte: 2 } })
    expect(since.items).toHaveLength(2)
  })
})

describe('a partial post', () => {
  test('posts a part as a transaction of its own and leaves the rest pending', async () => {
    const { id } = await mt.ledgerTransactions.create(payIn(100))
    const part = await mt.ledgerTransactions.createPartialPost(id, { posted_ledger_entries: parts(30) })
    expect(part).toMatchObject({ status: 'posted', partially_posts_ledger_transaction_id: id })
    expect(await mt.ledgerTransactions.retrieve(id)).toMatchObject({ status: 'pending' })
    expect(await amounts(wallet)).toEqual([100, 30, 30])
  })

  test('is refused beyond what is pending, and once nothing is', async () => {
    const { id } = await mt.ledgerTransactions.create(payIn(100))
    const more = mt.ledgerTransactions.createPartialPost(id, { posted_ledger_entries: parts(101) })
    await expect(more).rejects.toMatchObject({ status: 422 })
    const lone = mt.ledgerTransactions.createPartialPost(id, { posted_ledger_entries: parts(1).slice(1) })
    await expect(lone).rejects.toMatchObject({ status: 422 })
    await mt.ledgerTransactions.update(id, { status: 'posted' })
    const late = mt.ledgerTransactions.createPartialPost(id, { posted_ledger_entries: parts(1) })
    await expect(late).rejects.toMatchObject({ status: 422 })
  })

  const parts = (amount: number) => payIn(amount).ledger_entries
})

describe('entries', () => {
  test('balance in each currency of a transaction by itself', async () => {
    const [euros, owed] = [await account('cash', 'debit', 'EUR'), await account('wallet', 'credit', 'EUR')]
    const both = (credit: number): Create => ({
      status: 'posted',
      ledger_entries: [
        ...payIn(100).ledger_entries,
        { direction: 'debit', amount: 7, ledger_account_id: euros },
        { direction: 'credit', amount: credit, ledger_account_id: owed },
      ],
    })
    await mt.ledgerTransactions.create(both(7))
    expect([await amounts(wallet), await amounts(owed)]).toEqual([
      [100, 100, 100],
      [7, 7, 7],
    ])
    await expect(mt.ledgerTransactions.create(both(8))).rejects.toMatchObject({ status: 422 })
  })

  test('may be zero, may name an account on both sides, and are at most a thousand', async () => {
    const [debit, credit] = payIn(0).ledger_entries
    if (!debit || !credit) throw new Error('a pay-in has two entries')
    await mt.ledgerTransactions.create({ ledger_entries: [debit, credit] })
    const same = { amount: 5, ledger_account_id: wallet }
    await mt.ledgerTransactions.create({
      status: 'posted',
      ledger_entries: [
        { ...same, direction: 'debit' },
        { ...same, direction: 'credit' },
      ],
    })
    expect((await mt.ledgerAccounts.retrieve(wallet)).balances.posted_balance).toMatchObject({ credits: 5, debits: 5 })
    const entries = Array.from({ length: 500 }, () => [debit, credit]).flat()
    expect((await mt.ledgerTransactions.create({ ledger_entries: entries })).ledger_entries).toHaveLength(1000)
    const more = mt.ledgerTransactions.create({ ledger_entries: [...entries, debit, credit] })
    await expect(more).rejects.toMatchObject({ status: 422, error: { errors: { parameter: 'ledger_entries' } } })
  })

  test('are found by direction, status, amount and version', async () => {
    await mt.ledgerTransactions.create(payIn(5, { status: 'posted' }))
    await mt.ledgerTransactions.create(payIn(7))
    const found = async (query: ModernTreasury.LedgerEntryListParams) =>
      (await mt.ledgerEntries.list({ ledger_account_id: wallet, ...query })).items.map(({ amount }) => amount)
    expect(await found({ amount: { gte: 6 } })).toEqual([7])
    expect(await found({ status: ['posted'], direction: 'credit' })).toEqual([5])
    expect(await found({ ledger_account_lock_version: { eq: 1 } })).toEqual([5])
    expect(await found({ ledger_account_lock_version: { gt: 1 } })).toEqual([7])
  })
})

describe('archived', () => {
  test('is an end: nothing moves it, and it counts in no balance', async () => {
    const { id } = await mt.ledgerTransactions.create(payIn(100, { external_id: 'x' }))
    await mt.ledgerTransactions.update(id, { status: 'archived' })
    for (const status of ['pending', 'posted'] as const) {
      await expect(mt.ledgerTransactions.update(id, { status })).rejects.toMatchObject({ status: 422 })
    }
    expect(await amounts(wallet)).toEqual([0, 0, 0])
    const found = await mt.ledgerTransactions.list({ ledger_id: ledgerId, external_id: 'x' })
    expect(found.items.map(({ status }) => status)).toEqual(['archived'])
  })

  test('gives up its external id; pending and posted keep theirs within the ledger', async () => {
    const first = await mt.ledgerTransactions.create(payIn(1, { external_id: 'y' }))
    const again = () => mt.ledgerTransactions.create(payIn(1, { external_id: 'y' }))
    const refused = { status: 422, error: { errors: { parameter: 'external_id' } } }
    await expect(again()).rejects.toMatchObject(refused)
    await mt.ledgerTransactions.update(first.id, { status: 'posted' })
    await expect(again()).rejects.toMatchObject(refused)
    const pending = await mt.ledgerTransactions.create(payIn(1, { external_id: 'z' }))
    await mt.ledgerTransactions.update(pending.id, { status: 'archived' })
    await mt.ledgerTransactions.create(payIn(1, { external_id: 'z' }))
    const found = await mt.ledgerTransactions.list({ ledger_id: ledgerId, external_id: 'z' })
    expect(found.items).toHaveLength(2)
  })
})

describe('the effective time', () => {
  test('is kept to the microsecond and may be given anew when a pending transaction is posted', async () => {
    const { id } = await mt.ledgerTransactions.create(payIn(1, { effective_at: '2026-01-01T10:00:00.123Z' }))
    const posted = await mt.ledgerTransactions.update(id, { status: 'posted', effective_at: '2026-01-04T00:00:00Z' })
    expect(posted).toMatchObject({
      effective_at: '2026-01-04T00:00:00.000000Z',
      effective_date: '2026-01-04',
      posted_at: '2026-01-05T15:00:00Z',
    })
    const at = async (effective_at: string) =>
      (await mt.ledgerAccounts.retrieve(wallet, { balances: { effective_at } })).balances.posted_balance.amount
    expect([await at('2026-01-03T23:59:59Z'), await at('2026-01-04T00:00:00Z')]).toEqual([0, 1])
  })
})

describe('accounts', () => {
  test('are found by what they hold', async () => {
    await mt.ledgerTransactions.create(payIn(100, { status: 'posted' }))
    await mt.ledgerTransactions.create(payIn(50))
    const found = async (query: ModernTreasury.LedgerAccountListParams) =>
      (await mt.ledgerAccounts.list({ ledger_id: ledgerId, ...query })).items.map(({ id }) => id).sort()
    const both = [cash, wallet].sort()
    expect(await found({ posted_balance_amount: { eq: 100 } })).toEqual(both)
    expect(await found({ pending_balance_amount: { gt: 100 } })).toEqual(both)
    expect(await found({ available_balance_amount: { lt: 100 } })).toEqual([])
    const nonsense = mt.get('/api/ledger_accounts', { query: { 'posted_balance_amount[gte]': 'much' } })
    await expect(nonsense).rejects.toMatchObject({ status: 422 })
  })

  test('count their versions: one for each write, whatever it was', async () => {
    const { id } = await mt.ledgerTransactions.create(payIn(1))
    await mt.ledgerTransactions.update(id, { status: 'posted' })
    expect((await mt.ledgerAccounts.retrieve(wallet)).lock_version).toBe(2)
  })
})

describe('entries without a lock', () => {
  test('may show in balances later, those with one at once', async () => {
    await bank.control('PUT', 'ledger-manner', { entry_delay_ms: 60_000 })
    const late = await mt.ledgerTransactions.create(payIn(10, { status: 'posted' }))
    expect(late.ledger_entries.map((entry) => entry.ledger_account_lock_version)).toEqual([null, null])
    expect(await amounts(wallet)).toEqual([0, 0, 0])
    const locked = await mt.ledgerTransactions.create(
      payIn(5, { status: 'posted' }, { posted_balance_amount: { eq: 5 } }),
    )
    expect(locked.ledger_entries.map((entry) => entry.ledger_account_lock_version)).toEqual([null, 1])
    expect([await amounts(wallet), await amounts(cash)]).toEqual([
      [5, 5, 5],
      [0, 0, 0],
    ])
    await bank.advance('2026-01-05T15:01:00Z')
    expect([await amounts(wallet), await amounts(cash)]).toEqual([
      [15, 15, 15],
      [15, 15, 15],
    ])
  })
})

describe('rate limits', () => {
  test('count lists, bulk requests and everything else apart, and say how long to wait', async () => {
    bank.setMs(5_000)
    await bank.control('PUT', 'rate-limits', { call: 2, list: 1, bulk: 1 })
    const { response } = await mt.ledgers.retrieve(ledgerId).withResponse()
    expect(response.headers.get('x-rate-limit-limit')).toBe('2')
    expect(response.headers.get('x-rate-limit-remaining')).toBe('1')
    await mt.ledgerTransactions.create(payIn(1))
    const beyond = await mt.ledgerTransactions.create(payIn(1)).catch((error: unknown) => error)
    expect(beyond).toMatchObject({ status: 429, error: { errors: { code: 'too_many_requests' } } })
    expect(Object(beyond).headers.get('retry-after')).toBe('1')
    await mt.ledgers.list()
    await expect(mt.ledgerAccounts.list()).rejects.toMatchObject({ status: 429 })
    const bulk = () =>
      mt.bulkRequests.create({ action_type: 'create', resource_type: 'ledger_transaction', resources: [payIn(1)] })
    await bulk()
    await expect(bulk()).rejects.toMatchObject({ status: 429 })
    bank.setMs(6_000)
    await mt.ledgerTransactions.create(payIn(1))
    expect(await amounts(wallet)).toEqual([3, 0, 0])
  })

  test('hold locked entries to twenty for an account and second', async () => {
    bank.setMs(10_000)
    await bank.control('PUT', 'rate-limits', { call: 1_000, list: 1_000, bulk: 1 })
    const guarded = () => mt.ledgerTransactions.create(payIn(1, {}, { available_balance_amount: { gte: 0 } }))
    for (let n = 0; n < 20; n += 1) await guarded()
    await expect(guarded()).rejects.toMatchObject({ status: 429 })
    await mt.ledgerTransactions.create(payIn(1))
    bank.setMs(11_000)
    await guarded()
  })
})

describe('by hand', () => {
  test('an entry may be made or taken away that nobody asked for over the API', async () => {
    await mt.ledgerTransactions.create(payIn(10, { status: 'posted', external_id: 'a' }))
    await mt.ledgerTransactions.create(payIn(5, { external_id: 'b' }))
    expect((await bank.control('POST', 'ledger_transactions/repeat', { external_id: 'a' })).status).toBe(201)
    expect((await bank.control('POST', 'ledger_transactions/archive', { external_id: 'b' })).status).toBe(200)
    expect(await amounts(wallet)).toEqual([20, 20, 20])
    expect((await bank.control('POST', 'ledger_transactions/archive', { external_id: 'a' })).status).toBe(422)
    expect((await bank.control('POST', 'ledger_transactions/archive', { external_id: 'c' })).status).toBe(404)
  })
})
