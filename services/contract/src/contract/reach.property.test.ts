import { Refusal } from '@draupnir/errors'
import { addMs, DAY_MS, type Instant } from '@draupnir/time'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  activateOf,
  addLineOf,
  type Book,
  create,
  day,
  discountOf,
  flat,
  lineOf,
  openBook,
  priceOf,
  quantityOf,
  RESUME,
  SUSPEND,
  TERMINATE,
  voidOf,
} from './book.fixture.ts'
import { type Edit, effectOf, type Operation } from './operation.ts'
import { type Placed, Reach, SNAPSHOT_EVERY } from './reach.ts'
import { type Change, placeOf, replay, type Step, steps } from './replay.ts'
import { byEffect, standing } from './standing.ts'

const START = day('2026-01-01')
const NOW = day('2026-06-01')
const [FEE, OTHER] = [lineOf(flat('31000')), lineOf(flat('777'))]
const moment = (slot: number): Instant => addMs(START, slot * DAY_MS)
const slot = fc.integer({ min: 1, max: 149 })
const digits = fc.integer({ min: 0, max: 9 }).map(String)
const operation: fc.Arbitrary<Operation> = fc.oneof(
  digits.map((quantity) => quantityOf(FEE.id, quantity)),
  digits.map((quantity) => quantityOf(OTHER.id, quantity)),
  digits.map((amount) => priceOf(FEE.id, flat(amount))),
  digits.map((rate) => discountOf(FEE.id, `0.${rate}`)),
  digits.map<Operation>((net) => ({ operation: 'set_terms', payload: { net_days: Number(net) } })),
  fc.constant(addLineOf(OTHER)),
  fc.constant<Operation>({ operation: 'remove_line', payload: { line_id: OTHER.id } }),
  fc.constantFrom(SUSPEND, RESUME, TERMINATE),
)
const planned = fc.record({ operation, at: slot })
const placedAnywhere = fc.infiniteStream(fc.constantFrom(false, false, true))

function written(list: readonly { operation: Operation; at: number }[]): Book {
  const book = openBook()
  for (const one of [create(), addLineOf(FEE), addLineOf(OTHER), activateOf(START)]) book.record(one, START)
  for (const { operation, at } of list) attempt(() => book.record(operation, moment(at), { recordedAt: NOW }))
  return book
}

function attempt<T>(work: () => T): T | { code: string; context: unknown } {
  try {
    return work()
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code, context: error.context }
    throw error
  }
}

function changeOf(log: readonly Edit[], operation: Operation, at: Instant, target: Edit | null): Change {
  const seq = log.length + 1
  const base = { seq, rank: seq, automatic: false, recorded_at: NOW, actor: 'x', cause: null }
  const id = `edt_${String(seq).padStart(26, '0')}` as Edit['id']
  if (target === null) {
    const entry: Edit = { ...operation, ...base, id, effective_at: at, supersedes: null }
    return { entry, removed: [], added: [entry] }
  }
  const entry: Edit = { ...voidOf(target), ...base, id, effective_at: target.effective_at, supersedes: target.id }
  return { entry, removed: [target], added: [] }
}

it('judges and folds from any stored fold as far as a change reaches what the whole log says', () => {
  const seen = { stopped: 0, refused: 0, later: 0 }
  fc.assert(
    fc.property(
      fc.array(planned, { maxLength: 40 }),
      planned,
      fc.option(fc.nat()),
      fc.nat(),
      placedAnywhere,
      (list, late, pick, from, snapped) => {
        const log = written(list).log()
        const edits = standing(log)
        const voidable = edits.filter((edit) => edit.seq > 4)
        const target = pick === null ? null : (voidable[pick % Math.max(1, voidable.length)] ?? null)
        const change = changeOf(log, late.operation, moment(late.at), target)
        const known = steps(null, edits)
        const before = known.filter(({ edit }) => byEffect(edit, placeOf(change)) < 0)
        const base = before[from % (before.length + 1)] ?? null
        const rest = edits.filter((edit) => base === null || byEffect(edit, base.edit) > 0)
        const whole = attempt(() => replay(null, edits, change))
        const found = attempt(() => follow(new Reach(base?.state ?? null, change), rest, snapped))
        if ('code' in whole) {
          seen.refused += 1
          seen.later += whole.code === 'contract.edit-breaks-later' ? 1 : 0
          expect(found).toEqual(whole)
          return
        }
        if ('code' in found) throw new Error(`refused ${found.code}`)
        seen.stopped += found.stopped ? 1 : 0
        expect(joined(base, before, found, known)).toEqual(whole.map(({ edit, state }) => [edit.id, state]))
      },
    ),
    { numRuns: 2000 },
  )
  expect(seen.stopped).toBeGreaterThan(80)
  expect(seen.refused).toBeGreaterThan(100)
  expect(seen.later).toBeGreaterThan(20)
}, 240_000)

function follow(reach: Reach, rest: readonly Edit[], snapped: fc.Stream<boolean>) {
  for (const edit of rest) {
    if (reach.isOver(edit, NOW, (at) => at)) return { reach, stopped: true }
    reach.take({ ...edit, snapped: snapped.next().value } as Placed)
  }
  reach.end()
  return { reach, stopped: false }
}

// What was known until the base, what was followed, and what was known after it.
function joined(
  base: Step | null,
  before: readonly Step[],
  { reach }: ReturnType<typeof follow>,
  known: readonly Step[],
) {
  const until = before.filter(({ edit }) => base !== null && byEffect(edit, base.edit) <= 0)
  const last = reach.was.at(-1)?.edit ?? base?.edit
  const after = known.filter(({ edit }) => last === undefined || byEffect(edit, last) > 0)
  return [...until, ...reach.is, ...after].map(({ edit, state }) => [edit.id, state])
}

it('stores a fold before twice as many edits lie between two of them', () => {
  const log = written([]).log()
  const many = Array.from({ length: 200 }, (_, n): Placed => {
    const id = `edt_${String(100 + n).padStart(26, '0')}` as Edit['id']
    const edit = { ...quantityOf(FEE.id, String(n)), id, seq: 5 + n, rank: 5 + n, effective_at: moment(5 + n) }
    return { ...edit, automatic: false, recorded_at: NOW, actor: 'x', cause: null, supersedes: null, snapped: false }
  })
  const reach = new Reach(
    steps(null, standing(log)).at(-1)?.state ?? null,
    changeOf(log, quantityOf(FEE.id, '3'), moment(2), null),
  )
  for (const edit of many) reach.take(edit)
  reach.end()
  // The entry, and 200 after it: folds after 32, 64, … until less than 64 are left.
  expect(reach.snapshots.map(({ edit }) => effectOf(edit)?.operation)).toHaveLength(
    Math.floor(201 / SNAPSHOT_EVERY) - 1,
  )
  expect(reach.run).toBe(201 - reach.snapshots.length * SNAPSHOT_EVERY)
})
