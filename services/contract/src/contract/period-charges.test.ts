import { type Instant, instant } from '@draupnir/time'
import { describe, expect, it } from 'vitest'
import { activateOf, addLineOf, type Book, create, day, flat, lineOf, once, openBook, running } from './book.fixture.ts'
import { BUYER } from './contract.fixture.ts'
import { billingPeriod } from './correction.ts'
import { GOLDEN, type Golden, JAN } from './period-charges.golden.fixture.ts'
import { periodCharges, type UsageOf } from './period-charges.ts'

function amountsOf({ price, from, options, edits, at, usage: metered }: Golden): (string | null)[] {
  const { book, line } = running(price, day(from), options)
  edits?.(book, line)
  return charges(book, day(at), metered).map(({ amount }) => amount?.amount ?? null)
}

function charges(book: Book, at: Instant, metered?: UsageOf) {
  const calendar = book.stateAt(instant('2098-01-01T00:00:00Z'))
  const period = calendar && billingPeriod(calendar, at)
  if (!period) throw new Error('no period')
  return periodCharges(book.timeline(), period, metered)
}

describe('a billing period costs', () => {
  it.each(GOLDEN)('$worked', (golden) => {
    expect(amountsOf(golden)).toEqual(golden.amounts)
  })

  it('what each buyer had of it: 15/31 and 16/31 of 31000', () => {
    const { book } = running(flat('31000'), day(JAN))
    const other = BUYER.replace(/.$/, (last) => (last === '0' ? '1' : '0')) as typeof BUYER
    book.record({ operation: 'transfer', payload: { buyer_id: other } }, day('2026-01-16'))
    const found = charges(book, day(JAN)).map(({ buyer_id, amount }) => [buyer_id, amount?.amount])
    expect(found).toEqual([
      [BUYER, '15000'],
      [other, '16000'],
    ])
  })

  it('nothing on trial: from 15 Jan, a month of 31 days from there', () => {
    const book = openBook()
    book.record(create(), day(JAN))
    book.record(addLineOf(lineOf(flat('31000'))), day(JAN))
    book.record({ operation: 'start_trial', payload: { ends_at: day('2026-01-15'), on_end: 'convert' } }, day(JAN))
    book.record(activateOf(day('2026-01-15')), day('2026-01-15'))
    expect(charges(book, day('2026-01-02'))).toEqual([])
    expect(charges(book, day('2026-01-20')).map(({ amount }) => amount?.amount)).toEqual(['31000'])
  })

  it('a one-time fee of a draft where the contract comes into force', () => {
    const book = openBook()
    book.record(create(), day('2025-11-01'))
    book.record(addLineOf(lineOf(once('50000'))), day('2025-11-05'))
    book.record(activateOf(day(JAN)), day(JAN))
    expect(charges(book, day('2025-11-06'))).toEqual([])
    expect(charges(book, day(JAN)).map(({ amount }) => amount?.amount)).toEqual(['50000'])
  })
})
