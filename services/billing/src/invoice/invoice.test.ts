import { expectRefusal, nextId } from '@draupnir/testing'
import { addMs, instant } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import { describe, expect, it } from 'vitest'
import { contractOf, days, lineOf, ratedOf, T0, usd } from '../service.fixture.ts'
import { draftInvoice, fallPastDue, isOwed, pay } from './invoice.ts'

const legal = { id: nextId('invoice'), number: 'INV-000001', now: T0 }
const contract = contractOf({ lines: [lineOf(), lineOf()] })
const termsOf = (contract: ContractState) => ({
  contract,
  buyers: [{ from: T0, buyer_id: contract.buyer_id }],
  sellers: Object.fromEntries(contract.lines.map((line) => [line.id, line.seller_id])),
})
const invoice = draftInvoice(ratedOf(contract, [700, 300]), termsOf(contract), legal)

describe('isOwed', () => {
  it.each(['payment_processing.pending', 'payment_processing.failed', 'issued', 'overdue', 'paid'])('is %s', (status) =>
    expect(isOwed(ratedOf(contract, [], { status }))).toBe(true),
  )
  it.each(['gathering', 'draft.waiting_for_collection', 'issuing.syncing', 'deleted', 'voided', 'uncollectible'])(
    'is not %s',
    (status) => expect(isOwed(ratedOf(contract, [], { status }))).toBe(false),
  )
})

describe('draftInvoice', () => {
  it('says what, whom and by when', () => {
    expect(invoice).toMatchObject({
      id: legal.id,
      number: legal.number,
      contract_id: contract.id,
      buyer_id: contract.buyer_id,
      state: 'issued',
      issued_at: T0,
      due_at: days(30),
      paid_at: null,
      total: usd(1000),
      platform_fee_rate: '0.1',
    })
    expect(invoice.lines.map((line) => [line.contract_line_id, line.seller_id, line.amount])).toEqual([
      [contract.lines[0]?.id, contract.lines[0]?.seller_id, usd(700)],
      [contract.lines[1]?.id, contract.lines[1]?.seller_id, usd(300)],
    ])
  })

  it('is due on the calendar of the contract, over a change of summer time', () => {
    const berlin = { ...contract, time_zone: 'Europe/Berlin' }
    const march = { ...legal, now: instant('2026-03-10T09:00:00Z') }
    expect(draftInvoice(ratedOf(berlin, [1]), termsOf(berlin), march).due_at).toBe('2026-04-09T08:00:00.000Z')
  })

  it('refuses a line that the contract does not have', () => {
    expectRefusal(() => draftInvoice(ratedOf(contractOf(), [1]), termsOf(contract), legal), 'billing.line-unknown')
  })

  it('stops at lines that do not sum to the total', () => {
    const off = ratedOf(contract, [700, 300], { total: { amount: 1001n, currency: 'USD' } })
    expect(() => draftInvoice(off, termsOf(contract), legal)).toThrow(/do not sum/)
  })
})

describe('pay', () => {
  it.each(['issued', 'past_due'] as const)('pays one that is %s', (state) => {
    expect(pay({ ...invoice, state }, days(1))).toEqual({ ...invoice, state: 'paid', paid_at: days(1) })
  })
  it('leaves a paid one as it is', () => {
    const paid = pay(invoice, days(1))
    expect(pay(paid, days(2))).toBe(paid)
  })
})

describe('fallPastDue', () => {
  it('falls on its date', () => {
    expect(fallPastDue(invoice, invoice.due_at)).toEqual({ ...invoice, state: 'past_due' })
  })
  it('is quiet a moment before', () => expect(fallPastDue(invoice, addMs(invoice.due_at, -1))).toBeNull())
  it.each(['paid', 'past_due'] as const)('is quiet when %s', (state) =>
    expect(fallPastDue({ ...invoice, state }, days(99))).toBeNull(),
  )
})
