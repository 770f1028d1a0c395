import ModernTreasury from 'modern-treasury'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { FBO_ACCOUNT_ID } from '../src/index.ts'
import { type Harness, onboard, order, startHarness } from './harness.ts'

let bank: Harness
let mt: ModernTreasury
beforeAll(async () => {
  bank = await startHarness('2026-01-05T15:00:00Z')
  mt = bank.mt
  await bank.control('POST', 'webhook-endpoints', { url: bank.receiver.url })
}, 60_000)
afterAll(() => bank.stop(), 60_000)
beforeEach(() => {
  bank.receiver.forget()
})

const status = async (id: string) => (await mt.paymentOrders.retrieve(id)).status
const balance = async () => {
  const report = await mt.internalAccounts.balanceReports.retrieve('latest', { internal_account_id: FBO_ACCOUNT_ID })
  return report.balances[0]?.amount
}
/** Everything said about one order and its return, in order. */
const story = () =>
  bank.receiver.names().filter((name) => name.startsWith('payment_order.') || name.startsWith('return.'))

describe('an ACH debit', () => {
  test('is approved, sent in the next minute, completed and reconciled on the next banking day', async () => {
    const { ea, cp } = await onboard(mt)
    const created = await mt.paymentOrders.create({
      ...order(ea, 125_000, 'debit'),
      subtype: 'CCD',
      statement_descriptor: 'GPUMKT',
      metadata: { payin_id: 'p1' },
    })
    expect(created).toMatchObject({ status: 'approved', effective_date: '2026-01-05', counterparty_id: cp })
    expect(await status(created.id)).toBe('approved')

    await bank.advance('2026-01-05T15:01:00Z')
    const sent = await mt.paymentOrders.retrieve(created.id)
    expect(sent).toMatchObject({ status: 'sent', reconciliation_status: 'unreconciled', transaction_ids: [] })
    expect(sent.reference_numbers).toMatchObject([{ reference_number_type: 'ach_trace_number' }])
    const references = await mt.paymentReferences.list({ referenceable_id: created.id })
    expect(references.items.map((reference) => reference.reference_number)).toEqual([
      sent.reference_numbers[0]?.reference_number,
    ])

    await bank.advance('2026-01-06T13:29:59Z')
    expect(await status(created.id)).toBe('sent')
    await bank.advance('2026-01-06T13:30:00Z')
    const completed = await mt.paymentOrders.retrieve(created.id)
    expect(completed).toMatchObject({
      status: 'completed',
      reconciliation_status: 'reconciled',
      updated_at: '2026-01-06T13:30:00Z',
    })
    expect(story()).toEqual(
      ['approved', 'begin_processing', 'finish_processing', 'acknowledged', 'confirmed', 'completed', 'reconciled'].map(
        (name) => `payment_order.${name}`,
      ),
    )
    expect(bank.receiver.names()).toContain('transaction.created')
  })

  test('puts one posted line with both line items on the statement', async () => {
    const { ea } = await onboard(mt)
    const before = await balance()
    const { id } = await mt.paymentOrders.create(order(ea, 700, 'debit'))
    await bank.advance('2026-01-08T15:00:00Z')
    const { transaction_ids: transactions } = await mt.paymentOrders.retrieve(id)
    expect(transactions).toHaveLength(1)
    const line = await mt.transactions.retrieve(transactions[0] ?? '')
    expect(line).toMatchObject({
      amount: 700,
      direction: 'credit',
      posted: true,
      reconciled: true,
      type: 'ach',
      vendor_code: '165',
    })
    const items = await mt.transactions.lineItems.list({ transaction_id: line.id })
    expect(
      items.items.map(({ type, transactable_type, transactable_id }) => [type, transactable_type, transactable_id]),
    ).toEqual([
      ['receiving', 'payment_order', id],
      ['originating', 'payment_order', id],
    ])
    expect(await balance()).toBe((before ?? 0) + 700)
    const found = await mt.paymentOrders.list({ transaction_id: line.id })
    expect(found.items.map((item) => item.id)).toEqual([id])
  })
})

test('an ACH credit takes the money out of the internal account', async () => {
  const { ea } = await onboard(mt)
  const before = await balance()
  const { id } = await mt.paymentOrders.create(order(ea, 900, 'credit'))
  await bank.advance('2026-01-09T15:00:00Z')
  const done = await mt.paymentOrders.retrieve(id)
  const line = await mt.transactions.retrieve(done.transaction_ids[0] ?? '')
  expect(line).toMatchObject({ direction: 'debit', vendor_code: '455' })
  expect(await balance()).toBe((before ?? 0) - 900)
})

test('an order sent on Friday settles on Monday, over a holiday on Tuesday', async () => {
  const { ea } = await onboard(mt)
  await bank.advance('2026-01-16T15:00:00Z')
  const { id } = await mt.paymentOrders.create(order(ea, 100, 'debit'))
  await bank.advance('2026-01-20T13:29:00Z')
  expect(await status(id)).toBe('sent')
  await bank.advance('2026-01-20T13:30:00Z')
  expect(await status(id)).toBe('completed')
})

test.each(['wire', 'rtp', 'book'] as const)('a %s is executed at once', async (type) => {
  const { ea } = await onboard(mt)
  const { id } = await mt.paymentOrders.create(order(ea, 100, 'credit', type))
  await bank.quiet()
  expect(await status(id)).toBe('completed')
})

test('a book transfer to an internal account shows on both statements', async () => {
  const connections = await mt.connections.list()
  const reserve = await mt.internalAccounts.create({
    connection_id: connections.items[0]?.id ?? '',
    name: 'Reserve',
    party_name: 'Marketplace',
    currency: 'USD',
  })
  const { id } = await mt.paymentOrders.create(order(reserve.id, 250, 'credit', 'book'))
  await bank.quiet()
  const done = await mt.paymentOrders.retrieve(id)
  expect(done).toMatchObject({ status: 'completed', receiving_account_type: 'internal_account' })
  const theirs = await mt.transactions.list({ internal_account_id: reserve.id, posted: true })
  expect(theirs.items).toMatchObject([{ amount: 250, direction: 'credit' }])
  expect(done.transaction_ids).toHaveLength(2)
})

describe('the magic account numbers', () => {
  test('100XX completes, then comes back as RXX two banking days later with the opposite line', async () => {
    const { ea, cp } = await onboard(mt, '10001')
    await bank.advance('2026-02-02T15:00:00Z')
    const { id } = await mt.paymentOrders.create(order(ea, 5_000, 'debit'))
    await bank.advance('2026-02-03T15:00:00Z')
    expect(await status(id)).toBe('completed')
    const before = await balance()
    await bank.advance('2026-02-05T13:30:00Z')
    const returned = await mt.paymentOrders.retrieve(id)
    expect(returned).toMatchObject({
      status: 'returned',
      current_return: { code: 'R01', status: 'completed', amount: 5_000 },
    })
    const returns = await mt.returns.list({ returnable_id: id, returnable_type: 'payment_order', counterparty_id: cp })
    expect(returns.items).toMatchObject([{ code: 'R01', reason: 'Insufficient Funds', role: 'receiving', type: 'ach' }])
    const line = await mt.transactions.retrieve(returns.items[0]?.transaction_id ?? '')
    expect(line).toMatchObject({ direction: 'debit', amount: 5_000, vendor_code: '557' })
    expect(await balance()).toBe((before ?? 0) - 5_000)
    expect(story().slice(-4)).toEqual([
      'return.created',
      'payment_order.returned',
      'return.completed',
      'return.reconciled',
    ])
  })

  test('a returned credit puts the money back', async () => {
    const { ea } = await onboard(mt, '10003')
    const before = await balance()
    const { id } = await mt.paymentOrders.create(order(ea, 300, 'credit'))
    await bank.advance('2026-02-12T15:00:00Z')
    expect(await mt.paymentOrders.retrieve(id)).toMatchObject({ status: 'returned', current_return: { code: 'R03' } })
    expect(await balance()).toBe(before)
  })

  test('eight ones or more fail', async () => {
    const { ea } = await onboard(mt, '111111111')
    const { id } = await mt.paymentOrders.create(order(ea, 100, 'credit'))
    await bank.advance('2026-02-13T15:00:00Z')
    const failed = await mt.paymentOrders.retrieve(id)
    expect(failed.status).toBe('failed')
    expect(failed.vendor_failure_reason).not.toBeNull()
    expect(story()).toEqual(['payment_order.approved', 'payment_order.begin_processing', 'payment_order.failed'])
  })

  test('a number that only looks magic is accepted', async () => {
    const { ea } = await onboard(mt, '10099')
    const { id } = await mt.paymentOrders.create(order(ea, 100, 'debit'))
    await bank.advance('2026-02-27T15:00:00Z')
    expect(await status(id)).toBe('completed')
  })
})

test('a leap of the clock equals many small steps: everything happens at its own time', async () => {
  const { ea } = await onboard(mt, '10002')
  const { id } = await mt.paymentOrders.create(order(ea, 100, 'credit'))
  await bank.advance('2026-03-02T14:59:00Z')
  const events = await mt.events.list({ entity_id: id, per_page: 100 })
  const times = new Map(events.items.map(({ event_name, event_time }) => [event_name, event_time.slice(0, 16)]))
  expect(times.get('begin_processing')).toBe('2026-02-27T15:01')
  expect(times.get('completed')).toBe('2026-03-02T13:30')
  expect(times.get('returned')).toBeUndefined()
  const { transaction_ids: transactions } = await mt.paymentOrders.retrieve(id)
  expect(transactions).toHaveLength(1)
})

describe('changing an order', () => {
  test('cancels one the bank has not taken, and only that', async () => {
    const { ea } = await onboard(mt)
    const { id } = await mt.paymentOrders.create(order(ea, 100, 'debit'))
    expect((await mt.paymentOrders.update(id, { status: 'cancelled' })).status).toBe('cancelled')
    await bank.advance('2026-03-02T15:00:00Z')
    expect(await status(id)).toBe('cancelled')
    const other = await mt.paymentOrders.create(order(ea, 100, 'debit'))
    await bank.advance('2026-03-02T15:01:00Z')
    const late = mt.paymentOrders.update(other.id, { status: 'cancelled' })
    await expect(late).rejects.toMatchObject({ status: 422, error: { errors: { parameter: 'status' } } })
  })

  test('edits the amount until the bank takes it, metadata for ever', async () => {
    const { ea } = await onboard(mt)
    const { id } = await mt.paymentOrders.create({ ...order(ea, 100, 'debit'), metadata: { a: '1', b: '2' } })
    expect((await mt.paymentOrders.update(id, { amount: 120 })).amount).toBe(120)
    await bank.advance('2026-03-03T15:00:00Z')
    await expect(mt.paymentOrders.update(id, { amount: 130 })).rejects.toBeInstanceOf(
      ModernTreasury.UnprocessableEntityError,
    )
    const labelled = await mt.paymentOrders.update(id, { metadata: { b: '', c: '3' } })
    expect(labelled.metadata).toEqual({ a: '1', c: '3' })
  })

  test('drafts a returned order again under the same id', async () => {
    const { ea } = await onboard(mt, '10009')
    const { id } = await mt.paymentOrders.create(order(ea, 100, 'debit'))
    await bank.advance('2026-03-10T15:00:00Z')
    expect(await status(id)).toBe('returned')
    expect(await mt.paymentOrders.update(id, { status: 'approved' })).toMatchObject({
      status: 'approved',
      current_return: null,
    })
    await bank.advance('2026-03-11T15:00:00Z')
    expect(await status(id)).toBe('completed')
    expect(story()).toContain('payment_order.redrafted')
  })

  test('waits for process_after and a later effective date', async () => {
    const { ea } = await onboard(mt)
    const held = await mt.paymentOrders.create({ ...order(ea, 1, 'debit'), process_after: '2026-03-13T12:00:00Z' })
    const dated = await mt.paymentOrders.create({ ...order(ea, 1, 'debit'), effective_date: '2026-03-18' })
    await bank.advance('2026-03-13T11:59:00Z')
    expect([await status(held.id), await status(dated.id)]).toEqual(['approved', 'approved'])
    await bank.advance('2026-03-17T15:00:00Z')
    expect([await status(held.id), await status(dated.id)]).toEqual(['completed', 'sent'])
    await bank.advance('2026-03-18T15:00:00Z')
    expect(await status(dated.id)).toBe('completed')
  })
})

describe('the control endpoints', () => {
  test('return a completed order with any code', async () => {
    const { ea } = await onboard(mt)
    const { id } = await mt.paymentOrders.create(order(ea, 100, 'debit'))
    await bank.advance('2026-03-20T15:00:00Z')
    expect((await bank.control('POST', `payment_orders/${id}/return`, { code: 'R10' })).status).toBe(200)
    await bank.quiet()
    expect(await mt.paymentOrders.retrieve(id)).toMatchObject({
      status: 'returned',
      current_return: { code: 'R10', status: 'completed' },
    })
    expect((await bank.control('POST', `payment_orders/${id}/return`, { code: 'R10' })).status).toBe(422)
  })

  test('fail an order that is on its way, not one that is done', async () => {
    const { ea } = await onboard(mt)
    const { id } = await mt.paymentOrders.create(order(ea, 100, 'credit'))
    expect((await bank.control('POST', `payment_orders/${id}/fail`, { reason: 'closed' })).status).toBe(200)
    expect(await mt.paymentOrders.retrieve(id)).toMatchObject({ status: 'failed', vendor_failure_reason: 'closed' })
    expect((await bank.control('POST', `payment_orders/${id}/fail`, {})).status).toBe(422)
  })

  test('refuse an unknown code, an order that is not completed and a wrong secret', async () => {
    const { ea } = await onboard(mt)
    const { id } = await mt.paymentOrders.create(order(ea, 100, 'debit'))
    expect((await bank.control('POST', `payment_orders/${id}/return`, { code: 'R99' })).status).toBe(422)
    expect((await bank.control('POST', `payment_orders/${id}/return`, { code: 'R01' })).status).toBe(422)
    const stranger = await fetch(`${bank.url()}/_sandbox/payment_orders/${id}/return`, { method: 'POST' })
    expect(stranger.status).toBe(401)
  })
})

describe('creation refuses', () => {
  const refused = async (body: object, parameter: string, code = 'parameter_invalid') => {
    const { ea } = await onboard(mt)
    const attempt = mt.post('/api/payment_orders', { body: { ...order(ea, 100, 'debit'), ...body } })
    await expect(attempt).rejects.toMatchObject({ status: 422, error: { errors: { code, parameter } } })
  }
  const unknown = '00000000-0000-4000-8000-000000000099'

  test('a missing amount', () => refused({ amount: undefined }, 'amount', 'parameter_missing'))
  test('an amount of zero', () => refused({ amount: 0 }, 'amount'))
  test('a fraction of a cent', () => refused({ amount: 1.5 }, 'amount'))
  test('an amount beyond exact integers', () => refused({ amount: 2 ** 53 }, 'amount'))
  test('an unknown type', () => refused({ type: 'pigeon' }, 'type'))
  test('a wire that pulls', () => refused({ type: 'wire' }, 'direction'))
  test('an unknown originating account', () => refused({ originating_account_id: unknown }, 'originating_account_id'))
  test('an unknown receiving account', () => refused({ receiving_account_id: unknown }, 'receiving_account_id'))
  test('no receiving account', () =>
    refused({ receiving_account_id: undefined }, 'receiving_account_id', 'parameter_missing'))
  test('a currency the account is not in', () => refused({ currency: 'EUR' }, 'currency'))
  test('a statement descriptor longer than ten characters', () =>
    refused({ statement_descriptor: 'DRAUPNIR PAY' }, 'statement_descriptor'))
  test('a rail the sandbox does not have, with 501', async () => {
    const { ea } = await onboard(mt)
    const attempt = mt.post('/api/payment_orders', { body: { ...order(ea, 100, 'credit'), type: 'check' } })
    await expect(attempt).rejects.toMatchObject({ status: 501 })
  })
  test('an external id that is taken', async () => {
    const { ea } = await onboard(mt)
    const body = { ...order(ea, 100, 'debit'), external_id: 'payin_1' }
    const { id } = await mt.paymentOrders.create(body)
    await expect(mt.paymentOrders.create(body)).rejects.toMatchObject({
      status: 422,
      error: { errors: { parameter: 'external_id' } },
    })
    const found = await mt.paymentOrders.list({ external_id: 'payin_1' })
    expect(found.items.map((item) => item.id)).toEqual([id])
  })
})

test('an inline receiving account is opened with the order', async () => {
  const created = await mt.paymentOrders.create({
    type: 'ach',
    direction: 'credit',
    amount: 100,
    originating_account_id: FBO_ACCOUNT_ID,
    receiving_account: {
      account_details: [{ account_number: '55512' }],
      routing_details: [{ routing_number: '021000021', routing_number_type: 'aba' }],
    },
  })
  const account = await mt.externalAccounts.retrieve(created.receiving_account_id)
  expect(account.account_details[0]).toMatchObject({ account_number_safe: '5512' })
})
