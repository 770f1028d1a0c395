import ModernTreasury from 'modern-treasury'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FBO_ACCOUNT_ID } from '../src/index.ts'
import { type Harness, startHarness } from './harness.ts'

let bank: Harness
beforeAll(async () => {
  bank = await startHarness()
  await bank.control('POST', 'webhook-endpoints', { url: bank.receiver.url })
}, 60_000)
afterAll(async () => {
  expect(bank.violations).toEqual([])
  await bank.stop()
}, 60_000)

test('first', async () => {
  const cp = await bank.mt.counterparties.create({
    name: 'Acme',
    external_id: 'acc_1',
    accounts: [
      {
        account_type: 'checking',
        party_name: 'Acme',
        account_details: [{ account_number: '123456789' }],
        routing_details: [{ routing_number: '121141822', routing_number_type: 'aba' }],
      },
    ],
  })
  const ea = cp.accounts[0]?.id ?? ''
  const po = await bank.mt.paymentOrders.create({
    type: 'ach',
    direction: 'debit',
    amount: 125000,
    originating_account_id: FBO_ACCOUNT_ID,
    receiving_account_id: ea,
  })
  expect(po.status).toBe('approved')
  await bank.advance('2026-01-05T15:01:00Z')
  expect((await bank.mt.paymentOrders.retrieve(po.id)).status).toBe('sent')
  await bank.advance('2026-01-06T15:00:00Z')
  const done = await bank.mt.paymentOrders.retrieve(po.id)
  expect(done.status).toBe('completed')
  console.log(bank.receiver.names())
  void ModernTreasury
})
