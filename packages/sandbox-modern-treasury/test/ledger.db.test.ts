import type ModernTreasury from 'modern-treasury'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Harness, onboard, order, startHarness } from './harness.ts'

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

beforeEach(async () => {
  ledgerId = (await mt.ledgers.create({ name: 'usd' })).id
  cash = (
    await mt.ledgerAccounts.create({ name: 'cash', ledger_id: ledgerId, normal_balance: 'debit', currency: 'USD' })
  ).id
  wallet = (
    await mt.ledgerAccounts.create({ name: 'wallet', ledger_id: ledgerId, normal_balance: 'credit', currency: 'USD' })
  ).id
})

type Create = ModernTreasury.LedgerTransactionCreateParams
const payIn = (amount: number, more: Partial<Create> = {}): Create => ({
  ledger_entries: [
    { direction: 'debit', amount, ledger_account_id: cash },
    { direction: 'credit', amount, ledger_account_id: wallet },
  ],
  ...more,
})
const spend = (amount: number, lock: Partial<Create['ledger_entries'][number]> = {}): Create => ({
  ledger_entries: [
    { direction: 'debit', amount, ledger_account_id: wallet, ...lock },
    { direction: 'credit', amount, ledger_account_id: cash },
  ],
})
const amounts = async (id: string, query?: ModernTreasury.LedgerAccountRetrieveParams) => {
  const { balances } = await mt.ledgerAccounts.retrieve(id, query ?? {})
  return [balances.pending_balance.amount, balances.posted_balance.amount, balances.available_balance.amount]
}

describe('balances', () => {
  test('pending counts what is posted too, available only what is certain', async () => {
    await mt.ledgerTransactions.create(payIn(100, { status: 'posted' }))
    await mt.ledgerTransactions.create(payIn(50))
    await mt.ledgerTransactions.create(spend(30))
    expect(await amounts(wallet)).toEqual([120, 100, 70])
    expect(await amounts(cash)).toEqual([120, 100, 70])
    const account = await mt.ledgerAccounts.retrieve(wallet)
    expect(account.balances.pending_balance).toMatchObject({
      credits: 150,
      debits: 30,
      currency: 'USD',
      currency_exponent: 2,
    })
    expect(account.lock_version).toBe(3)
  })

  test('can be read as of an effective time: from the lower bound on, before the upper', async () => {
    for (const day of [1, 2, 3]) {
      await mt.ledgerTransactions.create(
        payIn(10 ** day, { status: 'posted', effective_at: `2026-01-0${day}T00:00:00Z` }),
      )
    }
    const between = {
      effective_at_lower_bound: '2026-01-02T00:00:00Z',
      effective_at_upper_bound: '2026-01-03T00:00:00Z',
    }
    expect(await amounts(wallet, { balances: between })).toEqual([100, 100, 100])
    expect(await amounts(wallet, { balances: { effective_at: '2026-01-02T00:00:00Z' } })).toEqual([110, 110, 110])
    expect(await amounts(wallet, { balances: { as_of_date: '2026-01-02' } })).toEqual([110, 110, 110])
  })
})

describe('a ledger transaction', () => {
  test('is posted with new entries, the old ones discarded', async () => {
    const pending = await mt.ledgerTransactions.create(payIn(100))
    expect(pending).toMatchObject({ status: 'pending', posted_at: null, ledger_id: ledgerId })
    const posted = await mt.ledgerTransactions.update(pending.id, { status: 'posted' })
    expect(posted).toMatchObject({ status: 'posted', posted_at: '2026-01-05T15:00:00Z' })
    const before = pending.ledger_entries.map(({ id }) => id)
    expect(posted.ledger_entries.some(({ id }) => before.includes(id))).toBe(false)
    await expect(mt.ledgerEntries.retrieve(before[0] ?? '')).rejects.toMatchObject({ status: 404 })
    const entries = await mt.ledgerEntries.list({ ledger_transaction_id: pending.id })
    expect(entries.items.map(({ status }) => status)).toEqual(['posted', 'posted'])
    expect(await amounts(wallet)).toEqual([100, 100, 100])
    expect((await mt.ledgerTransactions.update(pending.id, { status: 'posted' })).status).toBe('posted')
  })

  test('is archived without a trace in the balances, and gives its external id back', async () => {
    const first = await mt.ledgerTransactions.create(payIn(100, { external_id: 'je_1' }))
    await expect(mt.ledgerTransactions.create(payIn(100, { external_id: 'je_1' }))).rejects.toMatchObject({
      status: 422,
      error: {
        errors: {
          parameter: 'external_id',
          message: 'Another ledger transaction within the same ledger exists using the external ID you provided',
        },
      },
    })
    expect((await mt.ledgerTransactions.update(first.id, { status: 'archived' })).status).toBe('archived')
    expect(await amounts(wallet)).toEqual([0, 0, 0])
    const again = await mt.ledgerTransactions.create(payIn(100, { external_id: 'je_1' }))
    const found = await mt.ledgerTransactions.list({ ledger_id: ledgerId, external_id: 'je_1', status: 'pending' })
    expect(found.items.map(({ id }) => id)).toEqual([again.id])
  })

  test('takes new entries while pending, nothing but metadata once posted', async () => {
    const { id } = await mt.ledgerTransactions.create(payIn(100))
    await mt.ledgerTransactions.update(id, { ledger_entries: payIn(40).ledger_entries })
    expect(await amounts(wallet)).toEqual([40, 0, 0])
    await mt.ledgerTransactions.update(id, { status: 'posted' })
    const late = mt.ledgerTransactions.update(id, { ledger_entries: payIn(50).ledger_entries })
    await expect(late).rejects.toMatchObject({
      status: 422,
      error: {
        errors: {
          parameter: 'ledger_transaction',
          message: 'The ledger transaction may not be updated once it is posted',
        },
      },
    })
    expect((await mt.ledgerTransactions.update(id, { metadata: { k: 'v' } })).metadata).toEqual({ k: 'v' })
  })

  test('is reversed once, by its mirror at its own effective time', async () => {
    const { id } = await mt.ledgerTransactions.create(
      payIn(100, { status: 'posted', effective_at: '2026-01-01T00:00:00Z' }),
    )
    const reversal = await mt.ledgerTransactions.createReversal(id, { external_id: 'rev_1' })
    expect(reversal).toMatchObject({
      status: 'posted',
      reverses_ledger_transaction_id: id,
      effective_at: '2026-01-01T00:00:00.000000Z',
    })
    expect((await mt.ledgerTransactions.retrieve(id)).reversed_by_ledger_transaction_id).toBe(reversal.id)
    expect(await amounts(wallet)).toEqual([0, 0, 0])
    await expect(mt.ledgerTransactions.createReversal(id, {})).rejects.toMatchObject({ status: 422 })
  })

  test('refuses debits unlike credits, a negative amount, an unknown account and two ledgers', async () => {
    const uneven = payIn(100)
    const [debit, credit] = uneven.ledger_entries
    if (!debit || !credit) throw new Error('a pay-in has two entries')
    const attempt = (entries: Create['ledger_entries']) => mt.ledgerTransactions.create({ ledger_entries: entries })
    const saying = (message: string) => ({
      status: 422,
      error: { errors: { message: expect.stringContaining(message) } },
    })
    await expect(attempt([debit, { ...credit, amount: 99 }])).rejects.toMatchObject(
      saying('Transaction debits balance must equal credit balance'),
    )
    await expect(attempt([{ ...debit, amount: -1 }, credit])).rejects.toMatchObject(
      saying('Ledger entries must have nonnegative amounts'),
    )
    const unknown = '00000000-0000-4000-8000-000000000099'
    await expect(attempt([debit, { ...credit, ledger_account_id: unknown }])).rejects.toMatchObject({ status: 422 })
    const other = await mt.ledgers.create({ name: 'other' })
    const far = await mt.ledgerAccounts.create({
      name: 'far',
      ledger_id: other.id,
      normal_balance: 'credit',
      currency: 'USD',
    })
    await expect(attempt([debit, { ...credit, ledger_account_id: far.id }])).rejects.toMatchObject(saying('one ledger'))
    const euro = await mt.ledgerAccounts.create({
      name: 'euro',
      ledger_id: ledgerId,
      normal_balance: 'credit',
      currency: 'EUR',
    })
    await expect(attempt([debit, { ...credit, ledger_account_id: euro.id }])).rejects.toMatchObject({ status: 422 })
    expect(await amounts(cash)).toEqual([0, 0, 0])
  })
})

describe('locks', () => {
  test('hold the balance after the write, or nothing is written', async () => {
    await mt.ledgerTransactions.create(payIn(100, { status: 'posted' }))
    const guarded = (amount: number) =>
      mt.ledgerTransactions.create(spend(amount, { available_balance_amount: { gte: 0 } }))
    await guarded(100)
    await expect(guarded(1)).rejects.toMatchObject({ status: 422, error: { errors: { parameter: 'ledger_entries' } } })
    expect(await amounts(wallet)).toEqual([0, 100, 0])
  })

  test('hold the version', async () => {
    await mt.ledgerTransactions.create(spend(1, { lock_version: 0 }))
    await expect(mt.ledgerTransactions.create(spend(1, { lock_version: 0 }))).rejects.toMatchObject({
      error: {
        errors: {
          message:
            'The ledger transaction write failed because at least one of the provided ledger account versions is incorrect',
        },
      },
    })
  })

  test('let exactly as many through as the wallet can pay, whoever comes first', async () => {
    await mt.ledgerTransactions.create(payIn(3, { status: 'posted' }))
    const attempts = Array.from({ length: 8 }, () =>
      mt.ledgerTransactions.create(spend(1, { available_balance_amount: { gte: 0 } })),
    )
    const results = await Promise.allSettled(attempts)
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    expect(await amounts(wallet)).toEqual([0, 3, 0])
  })

  test('show the resulting balances when asked', async () => {
    const shown = await mt.ledgerTransactions.create(spend(5, { show_resulting_ledger_account_balances: true }))
    expect(shown.ledger_entries[0]?.resulting_ledger_account_balances?.pending_balance.amount).toBe(-5)
    expect(shown.ledger_entries[1]?.resulting_ledger_account_balances).toBeNull()
  })
})

describe('the transaction of a payment order', () => {
  const payout = async (accountNumber?: string) => {
    const { ea } = await onboard(mt, accountNumber)
    await mt.ledgerTransactions.create(payIn(100, { status: 'posted' }))
    return mt.paymentOrders.create({
      ...order(ea, 100, 'credit', 'wire'),
      ledger_transaction: spend(100, { available_balance_amount: { gte: 0 } }),
    })
  }

  test('reserves with the order, is posted when it completes, and follows nobody else', async () => {
    const created = await payout()
    const linked = await mt.ledgerTransactions.list({ ledgerable_type: 'payment_order', ledgerable_id: created.id })
    expect(linked.items.map(({ id }) => id)).toEqual([created.ledger_transaction_id])
    await bank.quiet()
    expect((await mt.ledgerTransactions.retrieve(created.ledger_transaction_id ?? '')).status).toBe('posted')
    expect(await amounts(wallet)).toEqual([0, 0, 0])
    const { ea } = await onboard(mt)
    const waiting = await mt.paymentOrders.create({ ...order(ea, 1, 'debit'), ledger_transaction: payIn(1) })
    const byHand = mt.ledgerTransactions.update(waiting.ledger_transaction_id ?? '', { status: 'posted' })
    await expect(byHand).rejects.toMatchObject({ status: 422, error: { errors: { parameter: 'status' } } })
    await mt.paymentOrders.update(waiting.id, { status: 'cancelled' })
    expect((await mt.ledgerTransactions.retrieve(waiting.ledger_transaction_id ?? '')).status).toBe('archived')
  })

  test('is archived when the order fails', async () => {
    const created = await payout('11111111')
    await bank.quiet()
    expect((await mt.paymentOrders.retrieve(created.id)).status).toBe('failed')
    expect((await mt.ledgerTransactions.retrieve(created.ledger_transaction_id ?? '')).status).toBe('archived')
    expect(await amounts(wallet)).toEqual([100, 100, 100])
  })

  test('that cannot be written refuses the order as a whole', async () => {
    const { ea, cp } = await onboard(mt)
    const attempt = mt.paymentOrders.create({
      ...order(ea, 100, 'credit'),
      ledger_transaction: spend(100, { available_balance_amount: { gte: 0 } }),
    })
    await expect(attempt).rejects.toMatchObject({ status: 422, error: { errors: { parameter: 'ledger_entries' } } })
    expect((await mt.paymentOrders.list({ counterparty_id: cp })).items).toEqual([])
  })

  test('may exist before the order, once and pending', async () => {
    const { ea } = await onboard(mt)
    const existing = await mt.ledgerTransactions.create(payIn(7))
    const create = () => mt.paymentOrders.create({ ...order(ea, 7, 'debit'), ledger_transaction_id: existing.id })
    expect((await create()).ledger_transaction_id).toBe(existing.id)
    await expect(create()).rejects.toMatchObject({
      status: 422,
      error: { errors: { parameter: 'ledger_transaction_id' } },
    })
  })
})

test('an account is found by its external id, which is its own within the ledger', async () => {
  const create = () =>
    mt.post('/api/ledger_accounts', {
      body: {
        name: 'w',
        ledger_id: ledgerId,
        normal_balance: 'credit',
        currency: 'GPUH',
        currency_exponent: 4,
        external_id: 'wallet:1',
      },
    })
  await create()
  await expect(create()).rejects.toMatchObject({ status: 422, error: { errors: { parameter: 'external_id' } } })
  const found = await mt.ledgerAccounts.list({ ledger_id: ledgerId, external_id: 'wallet:1', currency: 'GPUH' })
  expect(found.items.map(({ balances }) => balances.posted_balance)).toMatchObject([
    { currency: 'GPUH', currency_exponent: 4 },
  ])
})

test('a ledger and an account are deleted only while nothing hangs on them', async () => {
  await mt.ledgerTransactions.create(payIn(1))
  await expect(mt.ledgers.delete(ledgerId)).rejects.toMatchObject({ status: 422 })
  await expect(mt.ledgerAccounts.delete(wallet)).rejects.toMatchObject({ status: 422 })
  const empty = await mt.ledgers.create({ name: 'empty' })
  expect((await mt.ledgers.delete(empty.id)).discarded_at).not.toBeNull()
})
