import { newId } from '@draupnir/ids'
import { expectRefusal } from '@draupnir/testing'
import { instant } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import { describe, expect, it } from 'vitest'
import {
  activateOf,
  addLineOf,
  type Book,
  create,
  day,
  discountOf,
  flat,
  hourly,
  lineOf,
  openBook,
  priceOf,
  quantityOf,
  RESUME,
  running,
  SUSPEND,
  TERMINATE,
  voidOf,
} from './book.fixture.ts'
import { BUYER, SELLER } from './contract.fixture.ts'
import { schedule } from './financing.ts'
import { noticeAt } from './life-rules.ts'
import type { Operation } from './operation.ts'

const FROM = day('2026-01-01')
const LATER = day('2026-01-10')
const PARTY = newId('party', FROM)
const DEVICE = newId('device', FROM)
const usd = (amount: string) => ({ amount, currency: 'USD' as const })

function draft(line = lineOf(flat('100'))) {
  const book = openBook()
  book.record(create(), FROM)
  book.record(addLineOf(line), FROM)
  return { book, line: line.id }
}

const after = (book: Book): ContractState | null => book.stateAt(instant('2090-01-01T00:00:00Z'))
const op = (operation: Operation): Operation => operation
const sla = (line_id: ReturnType<typeof lineOf>['id'] | null, availability = '0.99') =>
  op({ operation: 'set_sla', payload: { line_id, sla: { availability, excludes_maintenance: true, credits: [] } } })
const renewal = (enabled = true) =>
  op({
    operation: 'set_auto_renew',
    payload: { auto_renew: { enabled, term: 'P1Y', notice: 'P30D', uplift_rate: '0.1' } },
  })
const plan = { principal: usd('100000'), down_payment: usd('10000'), apr: '0.06', installments: 2, first_due_at: LATER }

describe('it happens', () => {
  it.each<[string, (line: ReturnType<typeof lineOf>['id']) => Operation, object]>([
    ['change_quantity', (line) => quantityOf(line, '0'), { lines: [{ quantity: '0' }] }],
    ['reprice_line', (line) => priceOf(line, flat('7')), { lines: [{ price: flat('7') }] }],
    ['set_discount', (line) => discountOf(line, '0.25'), { lines: [{ discount_rate: '0.25' }] }],
    [
      'assign_devices',
      (line_id) => ({ operation: 'assign_devices', payload: { line_id, device_ids: [DEVICE], host_id: PARTY } }),
      { lines: [{ device_ids: [DEVICE], host_id: PARTY }] },
    ],
    [
      'set_terms',
      () => ({ operation: 'set_terms', payload: { net_days: 7, tax_rate: '0.2' } }),
      { net_days: 7, tax_rate: '0.2' },
    ],
    [
      'set_financing',
      () => ({ operation: 'set_financing', payload: { financing: schedule(plan, 'UTC') } }),
      { financing: { apr: '0.06' } },
    ],
    [
      'set_splits',
      () => ({
        operation: 'set_splits',
        payload: { platform_fee_rate: '0.2', splits: [{ party_id: PARTY, role: 'partner', rate: '0.8' }] },
      }),
      { platform_fee_rate: '0.2', splits: [{ rate: '0.8' }] },
    ],
    ['set_sla', (line) => sla(line), { lines: [{ sla: { availability: '0.99' } }], sla: null }],
    ['set_sla of the contract', () => sla(null), { sla: { availability: '0.99' } }],
    ['suspend', () => SUSPEND, { lifecycle: 'suspended', suspended_at: LATER }],
    ['terminate', () => TERMINATE, { lifecycle: 'ended', ends_at: LATER }],
    ['transfer', () => ({ operation: 'transfer', payload: { buyer_id: PARTY } }), { buyer_id: PARTY }],
  ])('%s', (_, operation, expected) => {
    const { book, line } = running(flat('100'), FROM)
    book.record(operation(line), LATER)
    expect(after(book)).toMatchObject(expected)
  })

  it('remove_line leaves the others', () => {
    const { book, line } = running(flat('100'), FROM)
    book.record(addLineOf(lineOf(flat('5'))), FROM)
    book.record({ operation: 'remove_line', payload: { line_id: line } }, LATER)
    expect(after(book)?.lines.map(({ price }) => price)).toEqual([flat('5')])
  })

  it('resume restores exactly what was', () => {
    const { book } = running(flat('100'), FROM)
    const before = after(book)
    book.record(SUSPEND, LATER)
    book.record(RESUME, day('2026-01-20'))
    expect({ ...after(book), version: 0 }).toEqual({ ...before, version: 0 })
  })

  it('a trial converts', () => {
    const { book } = draft()
    book.record({ operation: 'start_trial', payload: { ends_at: LATER, on_end: 'convert' } }, FROM)
    expect(after(book)?.lifecycle).toBe('trialing')
    book.record(activateOf(LATER), LATER)
    expect(after(book)).toMatchObject({ lifecycle: 'active', billing_anchor: LATER })
  })

  it('renew raises recurring prices, and counts leap days from the first term: 29 Feb, 28, 28, 28, 29', () => {
    const { book } = running(flat('1000'), day('2024-02-29'), { terms: { term: 'P1Y' } })
    const ends: unknown[] = [after(book)?.term_ends_at]
    for (let year = 0; year < 3; year += 1) {
      const at = after(book)?.term_ends_at ?? FROM
      book.record({ operation: 'renew', payload: { term: 'P1Y', uplift_rate: '0.1' } }, at)
      ends.push(after(book)?.term_ends_at)
    }
    expect(ends).toEqual(['2025-02-28', '2026-02-28', '2027-02-28', '2028-02-29'].map(day))
    expect(after(book)?.lines[0]?.price.unit_price.amount).toBe('1331')
  })

  it('a term ends on the calendar of the contract: midnight in New York, before and after its clocks change', () => {
    const terms = { term: 'P6M', time_zone: 'America/New_York' }
    const { book } = running(flat('1'), day('2026-01-15T05:00:00Z'), { terms })
    book.record(renewal(), LATER.replace('10T', '20T') as typeof LATER)
    const state = after(book)
    expect(state?.term_ends_at).toBe('2026-07-15T04:00:00.000Z')
    expect(state && noticeAt(state)).toBe('2026-06-15T04:00:00.000Z')
  })
})

describe('it refuses', () => {
  const active = () => running(flat('100'), FROM)
  const on = (book: Book, operation: Operation, code: Parameters<typeof expectRefusal>[1], at = LATER) => {
    const before = [...book.log()]
    expectRefusal(() => book.record(operation, at), code)
    expect(book.log()).toEqual(before)
  }
  const gone = lineOf(flat('1')).id

  it.each<[Parameters<typeof expectRefusal>[1], (line: typeof gone) => Operation]>([
    ['contract.quantity-not-positive', () => addLineOf(lineOf(flat('1'), { quantity: '0' }))],
    ['contract.currency-mismatch', () => addLineOf(lineOf(flat('1', 'EUR')))],
    ['contract.seller-is-buyer', () => addLineOf(lineOf(flat('1'), { seller_id: BUYER }))],
    ['contract.usage-quantity-not-one', () => addLineOf(lineOf(hourly('1'), { quantity: '2' }))],
    [
      'contract.tiers-not-ascending',
      () =>
        addLineOf(
          lineOf(
            hourly('1', [
              ['10', '2'],
              ['10', '1'],
            ]),
          ),
        ),
    ],
    ['contract.device-repeated', () => addLineOf(lineOf(flat('1'), { device_ids: [DEVICE, DEVICE] }))],
    ['money.invalid-amount', () => addLineOf(lineOf(flat('9000'), { quantity: '999999999999999' }))],
    ['contract.last-line', (line_id) => ({ operation: 'remove_line', payload: { line_id } })],
    ['contract.line-unknown', () => quantityOf(gone, '1')],
    ['contract.price-type-fixed', (line) => priceOf(line, hourly('1'))],
    ['contract.currency-mismatch', (line) => priceOf(line, flat('1', 'EUR'))],
    ['contract.line-unknown', () => discountOf(gone, '0.1')],
    [
      'contract.line-unknown',
      () => ({ operation: 'assign_devices', payload: { line_id: gone, device_ids: [], host_id: null } }),
    ],
    ['contract.currency-fixed', () => ({ operation: 'set_terms', payload: { currency: 'EUR' } })],
    ['contract.terms-fixed', () => ({ operation: 'set_terms', payload: { cadence: 'P1Y' } })],
    ['contract.time-zone-unknown', () => ({ operation: 'set_terms', payload: { time_zone: 'Mars/Olympus' } })],
    [
      'contract.splits-exceed-one',
      () => ({
        operation: 'set_splits',
        payload: { platform_fee_rate: '0.21', splits: [{ party_id: PARTY, role: 'partner', rate: '0.8' }] },
      }),
    ],
    [
      'contract.split-repeated',
      () => {
        const split = { party_id: PARTY, role: 'hosting', rate: '0.1' } as const
        return { operation: 'set_splits', payload: { platform_fee_rate: '0', splits: [split, split] } }
      },
    ],
    [
      'contract.financing-unbalanced',
      () => ({
        operation: 'set_financing',
        payload: { financing: { ...schedule(plan, 'UTC'), principal: usd('100001') } },
      }),
    ],
    ['contract.line-unknown', () => sla(gone)],
    [
      'contract.sla-credits-unordered',
      () => {
        const credits = [
          { below: '0.9', credit_rate: '0.2' },
          { below: '0.8', credit_rate: '0.1' },
        ]
        return {
          operation: 'set_sla',
          payload: { line_id: null, sla: { availability: '0.99', excludes_maintenance: false, credits } },
        }
      },
    ],
    [
      'contract.not-draft',
      () => ({ operation: 'start_trial', payload: { ends_at: day('2026-03-01'), on_end: 'expire' } }),
    ],
    ['contract.already-active', () => activateOf(FROM)],
    ['contract.not-suspended', () => RESUME],
    ['contract.no-term', () => ({ operation: 'renew', payload: { term: 'P1Y', uplift_rate: '0' } })],
    ['contract.no-term', () => renewal()],
    ['contract.transfer-to-same-buyer', () => ({ operation: 'transfer', payload: { buyer_id: BUYER } })],
    ['contract.seller-is-buyer', () => ({ operation: 'transfer', payload: { buyer_id: SELLER } })],
    ['contract.exists', () => create()],
  ])('with %s on an active contract', (code, operation) => {
    const { book, line } = active()
    on(book, operation(line), code)
  })

  it.each<[string, (line: typeof gone) => Operation]>([
    ['change_quantity', (line) => quantityOf(line, '2')],
    ['suspend', () => SUSPEND],
    ['terminate', () => TERMINATE],
    ['set_terms', () => ({ operation: 'set_terms', payload: { net_days: 1 } })],
    ['transfer', () => ({ operation: 'transfer', payload: { buyer_id: PARTY } })],
  ])('%s on an ended contract', (_, operation) => {
    const { book, line } = active()
    book.record(TERMINATE, day('2026-01-05'))
    on(book, operation(line), 'contract.ended')
  })

  it.each<[Parameters<typeof expectRefusal>[1], (line: typeof gone) => Operation]>([
    ['contract.suspended', (line) => quantityOf(line, '2')],
    ['contract.suspended', () => addLineOf(lineOf(flat('1')))],
    ['contract.suspended', () => ({ operation: 'transfer', payload: { buyer_id: PARTY } })],
    ['contract.not-active', () => SUSPEND],
  ])('%s on a suspended contract', (code, operation) => {
    const { book, line } = active()
    book.record(SUSPEND, day('2026-01-05'))
    on(book, operation(line), code)
  })

  it('a draft without lines, an anchor ahead, a trial that ends before it begins', () => {
    const bare = openBook()
    bare.record(create(), FROM)
    on(bare, activateOf(LATER), 'contract.no-lines')
    on(
      bare,
      { operation: 'start_trial', payload: { ends_at: day('2026-03-01'), on_end: 'expire' } },
      'contract.no-lines',
    )
    const { book } = draft()
    on(book, activateOf(day('2026-01-11')), 'contract.billing-anchor-in-future')
    on(
      book,
      { operation: 'start_trial', payload: { ends_at: LATER, on_end: 'expire' } },
      'contract.trial-end-too-early',
    )
    on(book, SUSPEND, 'contract.not-active')
  })

  it('a line, or a device, more than a contract may have, and a device of another line', () => {
    const { book } = active()
    for (let n = 1; n < 200; n += 1) book.record(addLineOf(lineOf(flat('1'))), FROM)
    on(book, addLineOf(lineOf(flat('1'))), 'contract.too-many-lines')
    const { book: other } = active()
    const ids = Array.from({ length: 5000 }, () => newId('device', FROM))
    other.record(addLineOf(lineOf(flat('1'), { device_ids: ids })), FROM)
    on(other, addLineOf(lineOf(flat('1'), { device_ids: [DEVICE] })), 'contract.too-many-devices')
    const { book: third } = active()
    third.record(addLineOf(lineOf(flat('1'), { device_ids: [DEVICE] })), FROM)
    on(third, addLineOf(lineOf(flat('1'), { device_ids: [DEVICE] })), 'contract.device-assigned')
  })

  it('every change of a line while it is suspended', () => {
    const { book, line } = active()
    book.record(addLineOf(lineOf(flat('5'))), FROM)
    book.record(SUSPEND, day('2026-01-05'))
    on(book, { operation: 'remove_line', payload: { line_id: line } }, 'contract.suspended')
    on(book, priceOf(line, flat('2')), 'contract.suspended')
    on(book, discountOf(line, '0.1'), 'contract.suspended')
    const devices: Operation = {
      operation: 'assign_devices',
      payload: { line_id: line, device_ids: [], host_id: null },
    }
    on(book, devices, 'contract.suspended')
  })

  it('a buyer who has a share, and a share for the buyer', () => {
    const { book } = active()
    const shared = (party_id: typeof PARTY): Operation => ({
      operation: 'set_splits',
      payload: { platform_fee_rate: '0', splits: [{ party_id, role: 'partner', rate: '0.1' }] },
    })
    on(book, shared(BUYER), 'contract.seller-is-buyer')
    book.record(shared(PARTY), LATER)
    on(book, { operation: 'transfer', payload: { buyer_id: PARTY } }, 'contract.seller-is-buyer')
  })

  it('another zone or term once it was active, a term of nothing, and a notice that would have passed', () => {
    const { book } = running(flat('1'), FROM, { terms: { term: 'P1Y' } })
    on(book, { operation: 'set_terms', payload: { time_zone: 'Asia/Tokyo' } }, 'contract.terms-fixed')
    on(book, { operation: 'set_terms', payload: { term: 'P2Y' } }, 'contract.terms-fixed')
    expectRefusal(() => openBook().record(create({ term: 'P0D' }), FROM), 'contract.term-too-short')
    const auto = (term: string, notice: string): Operation => ({
      operation: 'set_auto_renew',
      payload: { auto_renew: { enabled: true, term, notice, uplift_rate: '0' } },
    })
    on(book, auto('P0D', 'P30D'), 'contract.term-too-short')
    on(book, auto('P1Y', 'P360D'), 'contract.notice-date-passed')
  })

  it('a financing of less than nothing', () => {
    const { book } = active()
    const [first, second] = schedule(plan, 'UTC').installments
    if (first === undefined || second === undefined) throw new Error('no installments')
    const installments = [{ ...first, interest: usd('-450') }, second]
    const financing = { ...schedule(plan, 'UTC'), installments }
    on(book, { operation: 'set_financing', payload: { financing } }, 'contract.financing-unbalanced')
  })

  it('more than an event can say of all lines at once', () => {
    const { book } = active()
    const wordy = () => addLineOf(lineOf(flat('1'), { description: 'x'.repeat(200), sku: 'y'.repeat(64) }))
    expectRefusal(() => Array.from({ length: 199 }, () => book.record(wordy(), LATER)), 'contract.lines-too-large')
    const lines = after(book)?.lines ?? []
    expect(JSON.stringify(lines).length).toBeGreaterThan(99_000)
    expect(JSON.stringify(lines).length).toBeLessThanOrEqual(100_000 + lines.length + 1)
  })

  it('a price, or a promise, that makes a full contract larger than an event can say', () => {
    const { book, line } = running(hourly('1'), FROM)
    const wordy = () => addLineOf(lineOf(flat('1'), { description: 'x'.repeat(200), sku: 'y'.repeat(64) }))
    expectRefusal(() => Array.from({ length: 199 }, () => book.record(wordy(), LATER)), 'contract.lines-too-large')
    const tiers = Array.from({ length: 20 }, (_, n) => [String(n + 1), '1.123456'] as const)
    on(book, priceOf(line, hourly('2', tiers)), 'contract.lines-too-large')
    const credits = Array.from({ length: 10 }, (_, n) => ({
      below: `0.${90 - n}`,
      credit_rate: `0.${String(n + 1).padStart(2, '0')}0000000001`,
    }))
    const promise = { availability: '0.99', excludes_maintenance: true, credits }
    on(book, op({ operation: 'set_sla', payload: { line_id: line, sla: promise } }), 'contract.lines-too-large')
    book.record(op({ operation: 'set_sla', payload: { line_id: null, sla: promise } }), LATER)
    book.record(priceOf(line, hourly('2')), LATER)
  })

  it('what would begin before the contract', () => {
    const { book, line } = active()
    on(book, quantityOf(line, '2'), 'contract.not-begun', day('2025-12-31'))
  })

  it('a switch of the renewal after the notice date, and a renewal that is not at the end of the term', () => {
    const { book } = running(flat('1'), FROM, { terms: { term: 'P1Y' } })
    book.record(renewal(), LATER)
    on(book, renewal(false), 'contract.notice-date-passed', day('2026-12-03'))
    book.record(renewal(false), day('2026-12-02'))
    on(book, { operation: 'renew', payload: { term: 'P1Y', uplift_rate: '0' } }, 'contract.renewal-off-term')
  })

  it('a late edit that makes a later one impossible, naming the first of them', () => {
    const { book, line } = active()
    const second = book.record(addLineOf(lineOf(flat('5'))), LATER)
    const change = book.record(quantityOf(line, '3'), day('2026-02-01'))
    book.record(quantityOf(line, '4'), day('2026-03-01'))
    const remove = op({ operation: 'remove_line', payload: { line_id: line } })
    const late = () => book.record(remove, day('2026-01-20'), { recordedAt: day('2026-04-01') })
    expectRefusal(late, 'contract.edit-breaks-later', {
      edit_id: change.id,
      operation: 'change_quantity',
      code: 'contract.line-unknown',
    })
    const undo = () =>
      book.record(voidOf(second), second.effective_at, { supersedes: second, recordedAt: day('2026-04-01') })
    expect(undo().operation).toBe('void')
  })
})
