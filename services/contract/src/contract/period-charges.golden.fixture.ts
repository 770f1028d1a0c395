import { decimal } from '@draupnir/money'
import type { Price } from '@draupnir/wire'
import {
  addLineOf,
  type Book,
  day,
  discountOf,
  flat,
  hourly,
  lineOf,
  once,
  priceOf,
  quantityOf,
  RESUME,
  type RunningOptions,
  SUSPEND,
  TERMINATE,
} from './book.fixture.ts'
import type { UsageOf } from './period-charges.ts'

type LineId = ReturnType<typeof lineOf>['id']

export interface Golden {
  /** How the numbers come about. */
  readonly worked: string
  readonly price: Price
  readonly from: string
  readonly options?: RunningOptions
  readonly edits?: (book: Book, line: LineId) => void
  /** A moment in the period that is priced. */
  readonly at: string
  readonly amounts: readonly (string | null)[]
  readonly usage?: UsageOf
}

export const JAN = '2026-01-01'
const usage =
  (...hours: readonly string[]): UsageOf =>
  () => {
    const [first = '0'] = hours
    return decimal(first)
  }
const NY = { time_zone: 'America/New_York' }

/** Periods and their prices, worked out by hand. */
export const GOLDEN: readonly Golden[] = [
  { worked: 'a whole month is the price', price: flat('31000'), from: JAN, at: JAN, amounts: ['31000'] },
  {
    worked: '1 until 16 Jan, then 2: 31000 x 15/31 = 15000, 62000 x 16/31 = 32000',
    price: flat('31000'),
    from: JAN,
    edits: (book, line) => book.record(quantityOf(line, '2'), day('2026-01-16')),
    at: JAN,
    amounts: ['15000', '32000'],
  },
  {
    worked: "OpenMeter's own vector: 6.00, on 2 Jan 10.00: 600 x 1/31 = 19.35 -> 19, 1000 x 30/31 = 967.74 -> 968",
    price: flat('600'),
    from: '2024-01-01',
    edits: (book, line) => book.record(priceOf(line, flat('1000')), day('2024-01-02')),
    at: '2024-01-01',
    amounts: ['19', '968'],
  },
  {
    worked: 'February has 28 days: 28000 x 14/28 = 14000, 56000 x 14/28 = 28000',
    price: flat('28000'),
    from: '2026-02-01',
    edits: (book, line) => book.record(quantityOf(line, '2'), day('2026-02-15')),
    at: '2026-02-01',
    amounts: ['14000', '28000'],
  },
  {
    worked: 'a leap February has 29: 29000 x 14/29 = 14000, 58000 x 15/29 = 30000',
    price: flat('29000'),
    from: '2028-02-01',
    edits: (book, line) => book.record(quantityOf(line, '2'), day('2028-02-15')),
    at: '2028-02-01',
    amounts: ['14000', '30000'],
  },
  {
    worked: 'April has 30: 30000 x 10/30 = 10000, 45000 x 20/30 = 30000',
    price: flat('30000'),
    from: '2026-04-01',
    edits: (book, line) => book.record(priceOf(line, flat('45000')), day('2026-04-11')),
    at: '2026-04-01',
    amounts: ['10000', '30000'],
  },
  {
    worked: 'suspended 11 to 21 Jan: 10/31 and 11/31 of 31000',
    price: flat('31000'),
    from: JAN,
    edits: (book) => [book.record(SUSPEND, day('2026-01-11')), book.record(RESUME, day('2026-01-21'))],
    at: JAN,
    amounts: ['10000', '11000'],
  },
  {
    worked: 'suspended from 25 Jan over the month end: 24/31 of 31000',
    price: flat('31000'),
    from: JAN,
    edits: (book) => [book.record(SUSPEND, day('2026-01-25')), book.record(RESUME, day('2026-02-08'))],
    at: JAN,
    amounts: ['24000'],
  },
  {
    worked: 'and resumed on 8 Feb: 21/28 of 31000 = 23250',
    price: flat('31000'),
    from: JAN,
    edits: (book) => [book.record(SUSPEND, day('2026-01-25')), book.record(RESUME, day('2026-02-08'))],
    at: '2026-02-01',
    amounts: ['23250'],
  },
  {
    worked: 'ended on 16 Jan: 15/31 of 31000',
    price: flat('31000'),
    from: JAN,
    edits: (book) => book.record(TERMINATE, day('2026-01-16')),
    at: JAN,
    amounts: ['15000'],
  },
  {
    worked: 'nothing after the end',
    price: flat('31000'),
    from: JAN,
    edits: (book) => book.record(TERMINATE, day('2026-01-16')),
    at: '2026-02-01',
    amounts: [],
  },
  {
    worked: 'in force from 9 Jan in a period from 1 Jan: 23/31 of 31000',
    price: flat('31000'),
    from: '2026-01-09',
    options: { anchor: day(JAN) },
    at: '2026-01-09',
    amounts: ['23000'],
  },
  {
    worked: 'a tenth off: 31000 - 3100',
    price: flat('31000'),
    from: JAN,
    options: { line: { discount_rate: '0.1' } },
    at: JAN,
    amounts: ['27900'],
  },
  {
    worked: 'an eighth off 999: 124.875 -> 125, 999 - 125 = 874',
    price: flat('999'),
    from: JAN,
    options: { line: { discount_rate: '0.125' } },
    at: JAN,
    amounts: ['874'],
  },
  {
    worked: 'the discount comes after the proration: 101 x 14/28 = 50.5 -> 51, half of it 25.5 -> 26 off = 25',
    price: flat('101'),
    from: '2026-02-01',
    options: { line: { discount_rate: '0.5' } },
    edits: (book) => book.record(TERMINATE, day('2026-02-15')),
    at: '2026-02-01',
    amounts: ['25'],
  },
  {
    worked: 'half cents go away from zero: 101 x 14/28 = 50.5 -> 51, 103 x 14/28 = 51.5 -> 52',
    price: flat('101'),
    from: '2026-02-01',
    edits: (book, line) => book.record(priceOf(line, flat('103')), day('2026-02-15')),
    at: '2026-02-01',
    amounts: ['51', '52'],
  },
  {
    worked: 'an edit that changes nothing cuts nothing: 101 is 101, and not 51 + 51',
    price: flat('101'),
    from: '2026-02-01',
    edits: (book, line) => book.record(discountOf(line, '0'), day('2026-02-15')),
    at: '2026-02-01',
    amounts: ['101'],
  },
  {
    worked: '2.5 x 333 = 832.5 -> 833',
    price: flat('333'),
    from: JAN,
    options: { line: { quantity: '2.5' } },
    at: JAN,
    amounts: ['833'],
  },
  {
    worked: '3 x 235.5 = 706.5 -> 707',
    price: flat('235.5'),
    from: JAN,
    options: { line: { quantity: '3' } },
    at: JAN,
    amounts: ['707'],
  },
  {
    worked: 'the amount is rounded before it is prorated, as on a rate card: 1.5 -> 2, x 14/28 = 1',
    price: flat('1.5'),
    from: '2026-02-01',
    edits: (book) => book.record(TERMINATE, day('2026-02-15')),
    at: '2026-02-01',
    amounts: ['1'],
  },
  {
    worked: 'a one-time fee is whole',
    price: once('50000'),
    from: '2026-01-20',
    options: { anchor: day(JAN) },
    at: JAN,
    amounts: ['50000'],
  },
  { worked: 'and is charged once', price: once('50000'), from: JAN, at: '2026-02-01', amounts: [] },
  {
    worked:
      'in New York too a period is counted in UTC, as OpenMeter does: from 1 Mar 00:00 there until 1 Apr 01:00 are 744 hours, ' +
      'until 16 Mar 00:00 there, after its clocks went forward, 359 of them: 74400 x 359/744 = 35900, 148800 x 385/744 = 77000',
    price: flat('74400'),
    from: '2026-03-01T05:00:00Z',
    options: { terms: NY },
    edits: (book, line) => book.record(quantityOf(line, '2'), day('2026-03-16T04:00:00Z')),
    at: '2026-03-02',
    amounts: ['35900', '77000'],
  },
  {
    worked: 'New York, November 2026, has 720 hours in UTC, and its 1 Nov has 25: 72000 x 25/720 = 2500',
    price: flat('72000'),
    from: '2026-11-01T04:00:00Z',
    options: { terms: NY },
    edits: (book) => book.record(TERMINATE, day('2026-11-02T05:00:00Z')),
    at: '2026-11-01T06:00:00Z',
    amounts: ['2500'],
  },
  {
    worked:
      'a year anchored in summer in Berlin turns at the same moment of UTC: from 1 Jul 2026 00:00 there 8760 hours, ' +
      '1 Jan 2027 00:00 there lies after 4417 of them: 876000 x 4417/8760 = 441700',
    price: flat('876000'),
    from: '2026-06-30T22:00:00Z',
    options: { terms: { time_zone: 'Europe/Berlin', cadence: 'P1Y' } },
    edits: (book) => book.record(TERMINATE, day('2026-12-31T23:00:00Z')),
    at: '2026-07-01',
    amounts: ['441700'],
  },
  {
    worked: 'from 31 Jan the first period ends on 28 Feb, after 28 days: 28000 x 14/28 = 14000',
    price: flat('28000'),
    from: '2026-01-31',
    edits: (book) => book.record(TERMINATE, day('2026-02-14')),
    at: '2026-02-01',
    amounts: ['14000'],
  },
  {
    worked: 'and the second on 31 Mar, after 31: 31000 x 10/31 = 10000, 62000 x 21/31 = 42000',
    price: flat('31000'),
    from: '2026-01-31',
    edits: (book, line) => book.record(quantityOf(line, '2'), day('2026-03-10')),
    at: '2026-03-01',
    amounts: ['10000', '42000'],
  },
  {
    worked: 'a week: 7000 x 3/7 = 3000',
    price: flat('7000'),
    from: '2026-01-05',
    options: { terms: { cadence: 'P1W' } },
    edits: (book) => book.record(TERMINATE, day('2026-01-08')),
    at: '2026-01-05',
    amounts: ['3000'],
  },
  {
    worked: 'a quarter of 90 days: 90000 x 31/90 = 31000, 180000 x 59/90 = 118000',
    price: flat('90000'),
    from: JAN,
    options: { terms: { cadence: 'P3M' } },
    edits: (book, line) => book.record(quantityOf(line, '2'), day('2026-02-01')),
    at: JAN,
    amounts: ['31000', '118000'],
  },
  {
    worked: 'a leap year until its leap day: 36600 x 59/366 = 5900',
    price: flat('36600'),
    from: '2028-01-01',
    options: { terms: { cadence: 'P1Y' } },
    edits: (book) => book.record(TERMINATE, day('2028-02-29')),
    at: '2028-01-01',
    amounts: ['5900'],
  },
  {
    worked: '100.5 h x 235.5 = 23667.75 -> 23668',
    price: hourly('235.5'),
    from: JAN,
    at: JAN,
    usage: usage('100.5'),
    amounts: ['23668'],
  },
  {
    worked: '620 h: 100 x 200 + 400 x 150 + 120 x 100 = 20000 + 60000 + 12000',
    price: hourly('100', [
      ['100', '200'],
      ['500', '150'],
    ]),
    from: JAN,
    at: JAN,
    usage: usage('620'),
    amounts: ['92000'],
  },
  {
    worked: 'a tier holds its bound: 100 x 200',
    price: hourly('100', [
      ['100', '200'],
      ['500', '150'],
    ]),
    from: JAN,
    at: JAN,
    usage: usage('100'),
    amounts: ['20000'],
  },
  {
    worked: 'each tier is rounded by itself: 1.5 h x 1 = 1.5 -> 2, 1.5 h x 1 = 1.5 -> 2: 4, and not 3',
    price: hourly('1', [['1.5', '1']]),
    from: JAN,
    at: JAN,
    usage: usage('3'),
    amounts: ['4'],
  },
  {
    worked: 'and its discount too: half of 3 is 1.5 -> 2 off, 3 - 2 = 1, of two tiers 2, and not half of 6',
    price: hourly('3', [['1', '3']]),
    from: JAN,
    options: { line: { discount_rate: '0.5' } },
    at: JAN,
    usage: usage('2'),
    amounts: ['2'],
  },
  {
    worked: 'the same amount by another quantity and price is the same rate card: 101, and not 51 + 51',
    price: flat('101'),
    from: '2026-02-01',
    edits: (book, line) => [
      book.record(quantityOf(line, '2'), day('2026-02-15')),
      book.record(priceOf(line, flat('50.5')), day('2026-02-15')),
    ],
    at: '2026-02-01',
    amounts: ['101'],
  },
  {
    worked: "what was not metered here is billing's to know",
    price: hourly('100'),
    from: JAN,
    at: JAN,
    amounts: [null],
  },
  {
    worked: 'usage is never prorated; each price has its own hours: 10 x 200, 10 x 100',
    price: hourly('200'),
    from: JAN,
    edits: (book, line) => book.record(priceOf(line, hourly('100')), day('2026-01-16')),
    at: JAN,
    usage: usage('10'),
    amounts: ['2000', '1000'],
  },
  {
    worked: 'none sold costs nothing: 15000, then 0',
    price: flat('31000'),
    from: JAN,
    edits: (book, line) => book.record(quantityOf(line, '0'), day('2026-01-16')),
    at: JAN,
    amounts: ['15000', '0'],
  },
  {
    worked: 'yen have no cents: 1000 x 10/30 = 333.33 -> 333',
    price: flat('1000', 'JPY'),
    from: '2026-04-01',
    options: { terms: { currency: 'JPY' } },
    edits: (book) => book.record(TERMINATE, day('2026-04-11')),
    at: '2026-04-01',
    amounts: ['333'],
  },
  {
    worked: 'a second of January is 1 of 2678400; what is left of 1.9 s is 1 s',
    price: flat('2678400'),
    from: JAN,
    edits: (book) => book.record(TERMINATE, day('2026-01-01T00:00:01.900Z')),
    at: JAN,
    amounts: ['1'],
  },
  {
    worked: 'a line from 21 Jan: 31000 whole, 31000 x 11/31 = 11000',
    price: flat('31000'),
    from: JAN,
    edits: (book) => book.record(addLineOf(lineOf(flat('31000'))), day('2026-01-21')),
    at: JAN,
    amounts: ['31000', '11000'],
  },
]
