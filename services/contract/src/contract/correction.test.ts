import { expect, it } from 'vitest'
import {
  addLineOf,
  type Book,
  day,
  discountOf,
  flat,
  hourly,
  lineOf,
  priceOf,
  quantityOf,
  running,
} from './book.fixture.ts'
import { corrections } from './correction.ts'
import type { Operation } from './operation.ts'

const FROM = day('2026-01-01')
const NOW = day('2026-03-10')
const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })

/** What changes when an operation is recorded late, ten days into March. */
function correctedBy(book: Book, late: Operation, at: string) {
  const before = book.timeline()
  book.record(late, day(at), { recordedAt: NOW })
  const calendar = book.stateAt(NOW)
  if (calendar === null) throw new Error('no contract')
  return corrections(before, book.timeline(), calendar, day(at), NOW)
}

const short = (charges: readonly { from: string; to: string; quantity: string; amount: { amount: string } | null }[]) =>
  charges.map(({ from, to, quantity, amount }) => [
    from.slice(5, 10),
    to.slice(5, 10),
    quantity,
    amount?.amount ?? null,
  ])

it('says of each period that has begun what was charged and what is due, to the cent', () => {
  const { book, line } = running(flat('3100'), FROM)
  const found = correctedBy(book, quantityOf(line, '2'), '2026-01-11')
  // January: ten days at one and twenty-one at two. February and March: two instead of one, March to its end.
  expect(found.map(({ period, charged, due, difference }) => [period.from, charged, due, difference])).toEqual([
    [FROM, usd(3100), usd(5200), usd(2100)],
    [day('2026-02-01'), usd(3100), usd(6200), usd(3100)],
    [day('2026-03-01'), usd(3100), usd(6200), usd(3100)],
  ])
  expect(found[0]?.lines).toMatchObject([{ line_id: line, charged: usd(3100), due: usd(5200), difference: usd(2100) }])
  expect(short(found[0]?.lines[0]?.charges_before ?? [])).toEqual([['01-01', '02-01', '1', '3100']])
  expect(short(found[0]?.lines[0]?.charges_after ?? [])).toEqual([
    ['01-01', '01-11', '1', '1000'],
    ['01-11', '02-01', '2', '4200'],
  ])
})

it('names only the period, the line and the charges that differ, and the whole of the line in its amounts', () => {
  const { book, line } = running(flat('3100'), FROM)
  book.record(addLineOf(lineOf(flat('500'))), FROM)
  book.record(quantityOf(line, '2'), day('2026-01-11'))
  book.record(quantityOf(line, '3'), day('2026-01-21'))
  const found = correctedBy(book, quantityOf(line, '5'), '2026-01-11')
  expect(found.map(({ period }) => period.from)).toEqual([FROM])
  // Ten days at one, ten at two or five, eleven at three.
  expect(found[0]?.lines.map(({ line_id, charged, due }) => [line_id, charged, due])).toEqual([
    [line, usd(6300), usd(9300)],
  ])
  expect(short(found[0]?.lines[0]?.charges_before ?? [])).toEqual([['01-11', '01-21', '2', '2000']])
  expect(short(found[0]?.lines[0]?.charges_after ?? [])).toEqual([['01-11', '01-21', '5', '5000']])
})

it('says less as a difference below zero, and a line that was not charged as one', () => {
  const { book, line } = running(flat('3100'), FROM)
  const found = correctedBy(book, discountOf(line, '0.5'), '2026-03-01')
  expect(found).toMatchObject([{ charged: usd(3100), due: usd(1550), difference: usd(-1550) }])
  const { book: other } = running(flat('3100'), FROM)
  const added = lineOf(flat('100'))
  const of = correctedBy(other, addLineOf(added), '2026-02-01')
  expect(of).toMatchObject([
    {
      charged: usd(0),
      due: usd(100),
      lines: [{ line_id: added.id, charged: usd(0), due: usd(100), charges_before: [] }],
    },
    { charged: usd(0), due: usd(100) },
  ])
})

it('says the prices of usage, and no amounts, for what was used is not known here', () => {
  const { book, line } = running(hourly('235'), FROM)
  const found = correctedBy(book, priceOf(line, hourly('200')), '2026-02-15')
  expect(found.map(({ charged, due, difference }) => [charged, due, difference])).toEqual([
    [usd(0), usd(0), usd(0)],
    [usd(0), usd(0), usd(0)],
  ])
  expect(found[0]?.lines).toMatchObject([
    {
      charged: null,
      due: null,
      difference: null,
      charges_before: [{ from: day('2026-02-01'), price: { unit_price: { amount: '235' } } }],
      charges_after: [
        { from: day('2026-02-01'), to: day('2026-02-15'), price: { unit_price: { amount: '235' } } },
        { from: day('2026-02-15'), to: day('2026-03-01'), price: { unit_price: { amount: '200' } } },
      ],
    },
  ])
})

it('says nothing of what costs nothing, nor of a period that begins now', () => {
  const { book } = running(flat('3100'), FROM)
  expect(correctedBy(book, { operation: 'set_terms', payload: { net_days: 5 } }, '2026-01-11')).toEqual([])
  const { book: other, line } = running(flat('3100'), day('2026-01-10'))
  const found = correctedBy(other, quantityOf(line, '2'), '2026-02-10')
  expect(found.map(({ period }) => period.from)).toEqual([day('2026-02-10')])
})
