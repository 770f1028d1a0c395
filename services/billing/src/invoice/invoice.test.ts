import { fromWire, money } from '@draupnir/money'
import { expectRefusal, nextId } from '@draupnir/testing'
import { addMs, instant } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import { describe, expect, it } from 'vitest'
import { contractOf, days, lineOf, ratedOf, T0, usd } from '../service.fixture.ts'
import { draftInvoice, fallPastDue, isOwed, openAmount, pay, standingOf } from './invoice.ts'
import { portionsOf } from './portions.ts'

const legal = { id: nextId('invoice'), number: 'INV-000001', now: T0 }
const contract = contractOf({ lines: [lineOf(), lineOf()] })
const termsOf = (contract: ContractState) => ({
  contract,
  buyers: [{ from: T0, buyer_id: contract.buyer_id }],
  sellers: Object.fromEntries(contract.lines.map((line) => [line.id, line.seller_id])),
})
const drafted = (rated: ReturnType<typeof ratedOf>, of = contract, identity = legal) => {
  const [portion] = portionsOf(rated, termsOf(of))
  if (portion === undefined) throw new Error('nobody owes it')
  return draftInvoice(rated, portion, termsOf(of), identity)
}
const invoice = drafted(ratedOf(contract, [700, 300]))

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
    expect(drafted(ratedOf(berlin, [1]), berlin, march).due_at).toBe('2026-04-09T08:00:00.000Z')
  })

  it('refuses a line that the contract does not have', () => {
    expectRefusal(() => drafted(ratedOf(contractOf(), [1])), 'billing.line-unknown')
  })
})

describe('pay', () => {
  it.each(['issued', 'past_due'] as const)('pays one that is %s', (state) => {
    const paid = { ...invoice, state: 'paid', paid_at: days(1), amount_paid: invoice.total }
    expect(pay({ ...invoice, state }, fromWire(invoice.total), days(1))).toEqual(paid)
  })
  it('pays a part, then the rest; a part leaves past due what is', () => {
    const part = pay(invoice, money(1n, 'USD'), days(1))
    expect(part).toEqual({ ...invoice, state: 'partially_paid', amount_paid: usd(1) })
    expect(pay(part, openAmount(part), days(2))).toMatchObject({ state: 'paid', amount_paid: invoice.total })
    expect(pay({ ...invoice, state: 'past_due' }, money(1n, 'USD'), days(1))).toMatchObject({ state: 'past_due' })
  })
  it('takes no more than is open', () => {
    expect(() => pay(invoice, money(openAmount(invoice).amount + 1n, 'USD'), days(1))).toThrow(/more is collected/)
  })
})

describe('fallPastDue', () => {
  it('falls on its date', () => {
    expect(fallPastDue(invoice, invoice.due_at)).toEqual({ ...invoice, state: 'past_due' })
  })
  it('falls with a part paid', () => {
    const part = pay(invoice, money(1n, 'USD'), T0)
    expect(fallPastDue(part, part.due_at)).toEqual({ ...part, state: 'past_due' })
  })
  it('is quiet a moment before', () => expect(fallPastDue(invoice, addMs(invoice.due_at, -1))).toBeNull())
  it.each(['paid', 'past_due'] as const)('is quiet when %s', (state) =>
    expect(fallPastDue({ ...invoice, state }, days(99))).toBeNull(),
  )
})

describe('standingOf', () => {
  it.each([
    ['paid', ['paid']],
    ['paid', ['paid', 'paid']],
    [null, ['paid', 'issued']],
    [null, ['issued', 'issued']],
    ['payment_overdue', ['past_due', 'issued']],
    ['payment_overdue', ['paid', 'past_due']],
  ] as const)('is %s when the buyers stand at %j', (standing, states) => {
    expect(standingOf(states)).toBe(standing)
  })
})
