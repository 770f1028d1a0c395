import type ModernTreasury from 'modern-treasury'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { FBO_ACCOUNT_ID } from '../src/index.ts'
import { type Harness, onboard, startHarness } from './harness.ts'

let bank: Harness
let mt: ModernTreasury
beforeAll(async () => {
  bank = await startHarness()
  mt = bank.mt
  await bank.control('POST', 'webhook-endpoints', { url: bank.receiver.url })
}, 60_000)
afterAll(() => bank.stop(), 60_000)
beforeEach(() => {
  bank.receiver.forget()
})

let minute = 0
/** Lets the next minute tick do its work. */
const tick = () => {
  minute += 1
  return bank.advance(new Date(Date.UTC(2026, 0, 5, 15, minute)).toISOString())
}
const pay = async (input: ModernTreasury.IncomingPaymentDetailCreateAsyncParams) => {
  const accepted = await mt.incomingPaymentDetails.createAsync({
    direction: 'credit',
    type: 'wire',
    amount: 500_000,
    internal_account_id: FBO_ACCOUNT_ID,
    ...input,
  })
  await tick()
  return mt.incomingPaymentDetails.retrieve(accepted.id)
}

describe('a virtual account', () => {
  test('is given a number when the caller brings none, and shows its last four digits only', async () => {
    const { cp } = await onboard(mt)
    const created = await mt.virtualAccounts.create({
      name: 'Buyer',
      internal_account_id: FBO_ACCOUNT_ID,
      counterparty_id: cp,
    })
    expect(created.account_details[0]?.account_number_safe).toMatch(/^\d{4}$/)
    expect(created.account_details[0]).not.toHaveProperty('account_number')
    expect(created.routing_details[0]).toMatchObject({ routing_number: '121141822' })
    const listed = await mt.virtualAccounts.list({ counterparty_id: cp, internal_account_id: FBO_ACCOUNT_ID })
    expect(listed.items).toEqual([created])
    expect((await mt.virtualAccounts.update(created.id, { name: 'Renamed' })).name).toBe('Renamed')
  })

  test('DELETE answers the discarded account', async () => {
    const { id } = await mt.virtualAccounts.create({ name: 'Gone', internal_account_id: FBO_ACCOUNT_ID })
    expect((await mt.virtualAccounts.delete(id)).discarded_at).not.toBeNull()
    await expect(mt.virtualAccounts.retrieve(id)).rejects.toMatchObject({ status: 404 })
  })
})

describe('an incoming payment', () => {
  test('arrives in the next minute and is matched to its posted line', async () => {
    const { cp } = await onboard(mt)
    const virtual = await mt.virtualAccounts.create({
      name: 'Buyer',
      internal_account_id: FBO_ACCOUNT_ID,
      counterparty_id: cp,
    })
    const accepted = await mt.incomingPaymentDetails.createAsync({
      type: 'wire',
      direction: 'credit',
      amount: 500_000,
      virtual_account_id: virtual.id,
      description: 'WIRE IN ACME',
    })
    await expect(mt.incomingPaymentDetails.retrieve(accepted.id)).rejects.toMatchObject({ status: 404 })
    await tick()
    const detail = await mt.incomingPaymentDetails.retrieve(accepted.id)
    expect(detail).toMatchObject({
      status: 'completed',
      reconciliation_status: 'reconciled',
      virtual_account_id: virtual.id,
      internal_account_id: FBO_ACCOUNT_ID,
      virtual_account: { counterparty_id: cp },
    })
    const lines = await mt.transactions.list({
      virtual_account_id: virtual.id,
      transactable_type: 'incoming_payment_detail',
    })
    expect(lines.items).toMatchObject([
      { id: detail.transaction_id, direction: 'credit', vendor_code: '195', vendor_description: 'WIRE IN ACME' },
    ])
    expect(bank.receiver.names()).toEqual([
      'incoming_payment_detail.created',
      'transaction.created',
      'transaction.reconciled',
      'incoming_payment_detail.completed',
      'incoming_payment_detail.reconciled',
    ])
  })

  test('refuses to go to a virtual account of another internal account, or nowhere', async () => {
    const nowhere = mt.incomingPaymentDetails.createAsync({ type: 'wire', direction: 'credit', amount: 1 })
    await expect(nowhere).rejects.toMatchObject({
      status: 422,
      error: { errors: { parameter: 'internal_account_id' } },
    })
    const unknown = '00000000-0000-4000-8000-000000000099'
    await expect(pay({ virtual_account_id: unknown })).rejects.toMatchObject({ status: 422 })
  })

  test('by ACH is returned by us, and the money goes back', async () => {
    const detail = await pay({ type: 'ach' })
    const created = await mt.returns.create({
      returnable_id: detail.id,
      returnable_type: 'incoming_payment_detail',
      code: 'R03',
    })
    expect(created).toMatchObject({ status: 'pending', role: 'originating', amount: 500_000 })
    expect((await mt.incomingPaymentDetails.retrieve(detail.id)).status).toBe('completed')
    await tick()
    expect((await mt.returns.retrieve(created.id)).status).toBe('completed')
    expect((await mt.incomingPaymentDetails.retrieve(detail.id)).status).toBe('returned')
    const line = await mt.transactions.retrieve((await mt.returns.retrieve(created.id)).transaction_id ?? '')
    expect(line).toMatchObject({ direction: 'debit', amount: 500_000 })
    const again = mt.returns.create({
      returnable_id: detail.id,
      returnable_type: 'incoming_payment_detail',
      code: 'R03',
    })
    await expect(again).rejects.toMatchObject({ status: 422 })
  })

  test('by wire is not returned', async () => {
    const detail = await pay({})
    const attempt = mt.returns.create({
      returnable_id: detail.id,
      returnable_type: 'incoming_payment_detail',
      code: 'R03',
    })
    await expect(attempt).rejects.toMatchObject({ status: 422, error: { errors: { parameter: 'returnable_id' } } })
  })
})

describe('an expected payment', () => {
  const rule = (
    amount: number,
    more: Partial<ModernTreasury.ReconciliationRule> = {},
  ): ModernTreasury.ReconciliationRule => ({
    internal_account_id: FBO_ACCOUNT_ID,
    direction: 'credit',
    amount_lower_bound: amount,
    amount_upper_bound: amount,
    ...more,
  })

  test('is reconciled by the payment its rule describes, and by no other', async () => {
    const expected = await mt.expectedPayments.create({
      external_id: 'ep_1',
      reconciliation_rule_variables: [rule(1_234, { type: 'wire', custom_identifiers: { invoice: 'INV1' } })],
    })
    expect(expected.status).toBe('unreconciled')
    await pay({ amount: 1_235, description: 'inv1' })
    await pay({ amount: 1_234, description: 'other' })
    await pay({ amount: 1_234, description: 'inv1', type: 'ach' })
    expect((await mt.expectedPayments.retrieve(expected.id)).status).toBe('unreconciled')
    const detail = await pay({ amount: 1_234, description: 'pays inv1 today' })
    const found = await mt.expectedPayments.list({ external_id: 'ep_1', status: 'reconciled' })
    expect(found.items).toMatchObject([
      {
        reconciliation_method: 'automatic',
        transaction_id: detail.transaction_id,
        transaction_line_item_id: detail.transaction_line_item_id,
      },
    ])
    expect(bank.receiver.names()).toContain('expected_payment.reconciled')
  })

  test('is reconciled by a line that was on the statement before it', async () => {
    const injected = await bank.control('POST', 'transactions/inject', {
      amount: 777,
      direction: 'credit',
      vendor_code: '195',
      vendor_code_type: 'bai2',
      as_of_date: '2026-01-05',
      internal_account_id: FBO_ACCOUNT_ID,
      vendor_description: 'UNKNOWN WIRE',
    })
    expect(injected).toMatchObject({ status: 201, body: { reconciled: false } })
    const expected = await mt.expectedPayments.create({
      amount_lower_bound: 700,
      amount_upper_bound: 800,
      direction: 'credit',
      internal_account_id: FBO_ACCOUNT_ID,
    })
    expect(expected).toMatchObject({ status: 'reconciled', transaction_id: injected.body.id })
    expect((await mt.transactions.retrieve(injected.body.id)).reconciled).toBe(true)
  })

  test('is matched by hand in parts', async () => {
    const line = await mt.transactions.create({
      amount: 1_000,
      direction: 'credit',
      vendor_code: '195',
      vendor_code_type: 'bai2',
      as_of_date: '2026-01-05',
      internal_account_id: FBO_ACCOUNT_ID,
      posted: true,
      vendor_description: 'part payment',
    })
    const expected = await mt.expectedPayments.create({ reconciliation_rule_variables: [rule(1_500)] })
    const match = (amount: number) =>
      mt.transactions.lineItems.create({ amount, expected_payment_id: expected.id, transaction_id: line.id })
    const item = await match(600)
    expect((await mt.expectedPayments.retrieve(expected.id)).status).toBe('partially_reconciled')
    await expect(match(600)).rejects.toMatchObject({ status: 422, error: { errors: { parameter: 'amount' } } })
    await mt.transactions.lineItems.delete(item.id)
    expect((await mt.expectedPayments.retrieve(expected.id)).status).toBe('unreconciled')
  })

  test('is marked, archived, and told to be overdue the morning after its last date', async () => {
    const create = () =>
      mt.expectedPayments.create({ date_upper_bound: '2026-01-07', reconciliation_rule_variables: [rule(9)] })
    const marked = await create()
    expect(await mt.expectedPayments.update(marked.id, { status: 'reconciled' })).toMatchObject({
      status: 'reconciled',
      reconciliation_method: 'manual',
    })
    const archived = await create()
    expect((await mt.expectedPayments.delete(archived.id)).status).toBe('archived')
    const late = await create()
    await bank.advance('2026-01-08T13:59:00Z')
    expect(bank.receiver.names()).not.toContain('expected_payment.overdue')
    await bank.advance('2026-01-08T14:00:00Z')
    const overdue = bank.receiver
      .webhooks()
      .filter(({ topic, event }) => topic === 'expected_payment' && event === 'overdue')
    expect(overdue.map(({ data }) => data.id)).toEqual([late.id])
    expect((await mt.expectedPayments.retrieve(late.id)).status).toBe('unreconciled')
  })
})

test('a reconciled line of the statement cannot be deleted, another can', async () => {
  const create = (amount: number) =>
    mt.transactions.create({
      amount,
      direction: 'debit',
      vendor_code: '495',
      vendor_code_type: 'bai2',
      as_of_date: '2026-01-05',
      internal_account_id: FBO_ACCOUNT_ID,
    })
  const { id } = await create(31)
  await mt.transactions.delete(id)
  await expect(mt.transactions.retrieve(id)).rejects.toMatchObject({ status: 404 })
  const listed = await mt.transactions.list({ transactable_type: 'incoming_payment_detail', per_page: 1 })
  const matched = listed.items[0]?.id ?? ''
  await expect(mt.transactions.delete(matched)).rejects.toMatchObject({ status: 422 })
  expect((await mt.transactions.update(matched, { metadata: { k: 'v' } })).metadata).toEqual({ k: 'v' })
})
