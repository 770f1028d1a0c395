import { Refusal } from '@draupnir/errors'
import { newId } from '@draupnir/ids'
import { addMs, type Instant } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  activateOf,
  addLineOf,
  type Book,
  bookOf,
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
  SUSPEND,
  TERMINATE,
  voidOf,
} from './book.fixture.ts'
import { corrections } from './correction.ts'
import { brokenInvariant } from './invariants.ts'
import type { Edit, Operation } from './operation.ts'
import { periodCharges } from './period-charges.ts'
import { standing } from './standing.ts'

const START = day('2026-01-01')
const LINES = [lineOf(flat('31000')), lineOf(hourly('250')), lineOf(flat('777'))] as const
const [FIRST, USAGE, THIRD] = LINES
const OTHER = newId('party', START)
// Odd minutes, so that no two edits begin at one moment unless they mean to.
const moment = (slot: number): Instant => addMs(START, slot * 6 * 3_600_000 + 60_000)
const slot = fc.integer({ min: 1, max: 400 })
const digits = fc.integer({ min: 0, max: 9 }).map(String)

const operation: fc.Arbitrary<Operation> = fc.oneof(
  digits.map((quantity) => quantityOf(FIRST.id, quantity)),
  digits.map((quantity) => quantityOf(THIRD.id, quantity)),
  fc.integer({ min: 1, max: 99_999 }).map((price) => priceOf(FIRST.id, flat(String(price)))),
  fc.integer({ min: 1, max: 999 }).map((price) => priceOf(USAGE.id, hourly(String(price)))),
  digits.map((rate) => discountOf(FIRST.id, `0.${rate}`)),
  fc.constant(addLineOf(THIRD)),
  fc.constant<Operation>({ operation: 'remove_line', payload: { line_id: THIRD.id } }),
  fc.constant<Operation>({ operation: 'remove_line', payload: { line_id: FIRST.id } }),
  fc.integer({ min: 0, max: 120 }).map<Operation>((net_days) => ({ operation: 'set_terms', payload: { net_days } })),
  fc.constant<Operation>({ operation: 'transfer', payload: { buyer_id: OTHER } }),
  fc.constantFrom(SUSPEND, RESUME, TERMINATE),
)
const planned = fc.record({ operation, at: slot })
/** Of different moments. */
const plan = fc.uniqueArray(planned, { maxLength: 12, selector: ({ at }) => at })

function begun(): Book {
  const book = openBook()
  book.record(create(), START)
  book.record(addLineOf(FIRST), START)
  book.record(addLineOf(USAGE), START)
  book.record(activateOf(START), START)
  return book
}

/** Null when it was refused. */
function tried(book: Book, one: Operation, at: Instant, options?: Parameters<Book['record']>[2]): Edit | null {
  try {
    return book.record(one, at, options)
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}

function dues(book: Book) {
  return Array.from({ length: 5 }, (_, month) => {
    const from = `2026-0${month + 1}-01`
    const period = { from: day(from), to: day(`2026-0${month + 2}-01`) }
    return periodCharges(book.timeline(), period)
  })
}

const unversioned = (state: ContractState | null) => state && { ...state, version: 0 }

it('leaves the same timeline and the same due whether edits are recorded late or on time', () => {
  let shuffled = 0
  fc.assert(
    fc.property(plan, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (list, chance) => {
      const onTime = begun()
      const accepted = list
        .toSorted((a, b) => a.at - b.at)
        .filter(({ operation, at }) => tried(onTime, operation, moment(at)) !== null)
      const late = begun()
      let waiting = accepted.map((one) => ({ one, order: chance.next().value })).sort((a, b) => a.order - b.order)
      const recordedAt = moment(500)
      // What cannot be known before something else is recorded once that is.
      for (let before = -1; before !== waiting.length; ) {
        before = waiting.length
        waiting = waiting.filter(({ one }) => tried(late, one.operation, moment(one.at), { recordedAt }) === null)
      }
      fc.pre(waiting.length === 0)
      shuffled += accepted.length > 2 ? 1 : 0
      expect(late.timeline()).toEqual(onTime.timeline())
      expect(dues(late)).toEqual(dues(onTime))
    }),
    { numRuns: 1000 },
  )
  expect(shuffled).toBeGreaterThan(300)
}, 240_000)

it('corrects by what is due with an edit less what was charged without it', () => {
  fc.assert(
    fc.property(plan, planned, (list, late) => {
      const book = begun()
      for (const { operation, at } of list.toSorted((a, b) => a.at - b.at)) tried(book, operation, moment(at))
      const before = book.timeline()
      const charged = dues(book)
      if (tried(book, late.operation, moment(late.at), { recordedAt: moment(500) }) === null) return
      const calendar = book.stateAt(START)
      if (calendar === null) throw new Error('no contract')
      const found = corrections(before, book.timeline(), calendar, moment(late.at), day('2026-06-01'))
      const sum = (all: ReturnType<typeof dues>) =>
        all.flat().reduce((total, { amount }) => total + BigInt(amount?.amount ?? 0), 0n)
      const difference = found.reduce((total, one) => total + BigInt(one.difference.amount), 0n)
      expect(sum(dues(book)) - sum(charged)).toBe(difference)
    }),
    { numRuns: 1000 },
  )
}, 240_000)

it('never changes what was held at any moment with what was known at any other', () => {
  fc.assert(
    fc.property(
      fc.array(planned, { maxLength: 12 }),
      fc.array(fc.tuple(slot, slot), { minLength: 4 }),
      (list, pairs) => {
        const book = begun()
        const beliefs: { asOf: Instant; knownAt: Instant; state: ContractState | null }[] = []
        for (const [index, { operation, at }] of list.entries()) {
          const recordedAt = moment(index * 30 + 30)
          tried(book, operation, moment(at), { recordedAt })
          for (const [asOf, known] of pairs) {
            const knownAt = moment(Math.min(known, index * 30 + 30))
            beliefs.push({ asOf: moment(asOf), knownAt, state: book.stateAt(moment(asOf), knownAt) })
          }
        }
        for (const { asOf, knownAt, state } of beliefs) expect(book.stateAt(asOf, knownAt)).toEqual(state)
      },
    ),
    { numRuns: 1000 },
  )
}, 240_000)

it('holds after a void as if the edit had never been', () => {
  let voided = 0
  fc.assert(
    fc.property(plan, fc.nat(), (list, pick) => {
      const book = begun()
      const edits = list.flatMap(
        ({ operation, at }) => tried(book, operation, moment(at), { recordedAt: moment(401) }) ?? [],
      )
      const target = edits[pick % Math.max(1, edits.length)]
      if (target === undefined) return
      if (tried(book, voidOf(target), target.effective_at, { recordedAt: moment(402), supersedes: target }) === null)
        return
      voided += 1
      const without = book.log().filter((edit) => edit.id !== target.id && edit.operation !== 'void')
      expect(standing(book.log())).toEqual(standing(without))
      for (let at = 0; at < 400; at += 37) {
        const bare = bookOf(without).stateAt(moment(at))
        expect(unversioned(book.stateAt(moment(at)))).toEqual(unversioned(bare))
        // And it was believed before.
        expect(book.stateAt(moment(at), moment(401))).toEqual(
          bookOf(book.log().slice(0, -1)).stateAt(moment(at), moment(401)),
        )
      }
    }),
    { numRuns: 1000 },
  )
  expect(voided).toBeGreaterThan(200)
}, 240_000)

it('restores by the void of a correction what was corrected', () => {
  fc.assert(
    fc.property(digits, digits, slot, (first, second, at) => {
      const book = begun()
      const edit = book.record(quantityOf(FIRST.id, first), moment(at))
      const before = book.timeline()
      const replacement = { operation: 'change_quantity', payload: { line_id: FIRST.id, quantity: second } } as const
      const correction: Operation = { operation: 'correct', payload: { edit_id: edit.id, replacement } }
      const fixed = book.record(correction, moment(at), { recordedAt: moment(401), supersedes: edit })
      expect(book.stateAt(moment(at))?.lines[0]?.quantity).toBe(second)
      book.record(voidOf(fixed), fixed.effective_at, { recordedAt: moment(402), supersedes: fixed })
      expect(book.timeline()).toEqual(before)
    }),
    { numRuns: 1000 },
  )
}, 240_000)

it('keeps every invariant at every moment, whatever is asked, and nothing of what it refuses', () => {
  let refused = 0
  fc.assert(
    fc.property(fc.array(planned, { maxLength: 20 }), (list) => {
      const book = begun()
      for (const { operation, at } of list) {
        const before = [...book.log()]
        if (tried(book, operation, moment(at), { recordedAt: moment(401) }) !== null) continue
        refused += 1
        expect(book.log()).toEqual(before)
      }
      for (const { state } of book.timeline()) expect(brokenInvariant(state)).toBeNull()
    }),
    { numRuns: 1000 },
  )
  expect(refused).toBeGreaterThan(1000)
}, 240_000)

it('folds the log in whatever order it is read', () => {
  fc.assert(
    fc.property(plan, slot, (list, asOf) => {
      const book = begun()
      for (const { operation, at } of list) tried(book, operation, moment(at), { recordedAt: moment(401) })
      expect(bookOf(book.log().toReversed()).stateAt(moment(asOf))).toEqual(book.stateAt(moment(asOf)))
    }),
    { numRuns: 1000 },
  )
}, 240_000)

it('is nothing before it was known, nor before it was agreed', () => {
  const book = begun()
  expect(book.stateAt(START, addMs(START, -1))).toBeNull()
  expect(book.stateAt(addMs(START, -1))).toBeNull()
})
