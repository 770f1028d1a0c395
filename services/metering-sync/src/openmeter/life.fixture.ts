import { type Id, newId } from '@draupnir/ids'
import { decimal, formatDecimal } from '@draupnir/money'
import { addMs, HOUR_MS, type Instant, type Period } from '@draupnir/time'
import type { ContractLine, ContractState, Price } from '@draupnir/wire'
import fc from 'fast-check'
import { type Buyer, buyersAfter } from '../../../billing/src/contract/buyers.ts'
import { portionsOf } from '../../../billing/src/invoice/portions.ts'
import type { RatedInvoice } from '../../../billing/src/invoice/rated-invoice.ts'
import * as book from '../../../contract/src/contract/book.fixture.ts'
import type { Operation } from '../../../contract/src/contract/operation.ts'
import { periodCharges } from '../../../contract/src/contract/period-charges.ts'
import type { Stretch } from '../../../contract/src/contract/timeline.ts'

export const WEEK_H = 7 * 24
export const LIFE_H = 2 * WEEK_H
const KINDS = [
  'reprice',
  'raise',
  'quantity',
  'discount',
  'suspend',
  'resume',
  'transfer',
  'transfer',
  'fee',
  'once',
  'usage',
  'remove',
  'end',
  'nothing',
] as const
type Kind = (typeof KINDS)[number]

/** What OpenMeter can be told late without having billed too much meanwhile: it has no negative lines. */
const RAISING: readonly Kind[] = ['raise', 'transfer', 'fee', 'once', 'nothing']

const hour = fc.integer({ min: 0, max: LIFE_H - 1 })
const cents = fc.integer({ min: 0, max: 30_000 })
const edit = fc.record({
  kind: fc.constantFrom(...KINDS),
  hour,
  cents,
  pick: fc.nat(9),
  rate: fc.constantFrom('0', '0.1', '0.125', '0.333333', '1'),
  quantity: fc.constantFrom('0', '1', '2', '3.5'),
})
const used = fc.record({ hour, pick: fc.nat(9), seconds: fc.integer({ min: 1, max: 8 * 3600 }) })
/** The life of a weekly contract over two weeks. */
export const life = fc.record({
  fee: cents,
  once: cents,
  unit: cents,
  tier: cents,
  edits: fc.array(edit, { minLength: 2, maxLength: 9 }),
  usage: fc.array(used, { maxLength: 12 }),
  /** When OpenMeter is away, in hours; within one week. */
  away: fc.tuple(fc.nat(1), fc.integer({ min: 2, max: 100 }), fc.integer({ min: 1, max: 60 })),
})
export type Life = typeof life extends fc.Arbitrary<infer L> ? L : never
export type Used = { readonly lineId: Id<'contractLine'>; readonly hour: Instant; readonly seconds: number }

export const awayOf = ({ away: [week, from, length] }: Life) => ({
  from: week * WEEK_H + from,
  to: week * WEEK_H + from + length,
})

const cents0 = (amount: number) => String(amount)
const flat = (amount: number): Price => book.flat(cents0(amount))
const hourly = ({ unit, tier }: Pick<Life, 'unit' | 'tier'>): Price => book.hourly(cents0(unit), [['5', cents0(tier)]])

/** The timeline of a contract that lives so from `start` on, under an id of its own; what it refuses is left out. */
export function timelineOf(one: Life, start: Instant, late: boolean): Stretch[] {
  const log = book.openBook()
  const at = (hours: number) => addMs(start, hours * HOUR_MS)
  const lines: ContractLine[] = [flat(one.fee), book.once(cents0(one.once)), hourly(one)].map((price) =>
    book.lineOf(price),
  )
  log.record(book.create({ cadence: 'P1W' }), start)
  for (const line of lines) log.record(book.addLineOf(line), start)
  log.record(book.activateOf(start), start)
  const edits = (late ? lateEdits(one) : one.edits).toSorted((a, b) => a.hour - b.hour)
  for (const e of edits) {
    const operation = operationOf(e, lines, log.stateAt(at(e.hour)))
    if (operation !== null) recorded(log, operation, at(e.hour))
  }
  const id = newId('contract', start)
  return log.timeline().map((stretch, index) => ({ ...stretch, state: { ...stretch.state, id, version: index + 1 } }))
}

// Every other edit that can be is made while OpenMeter is away, and no other. It passes on once at the most, and then takes
// no one-time fee: what a buyer used or bought once who came or went meanwhile is billed to the next, as the README says.
function lateEdits({ edits, ...one }: Life): Life['edits'] {
  const { from, to } = awayOf({ edits, ...one })
  const inside = (hour: number) => hour >= from && hour < to
  const moved = edits.flatMap((e, index) => {
    const raises = RAISING.includes(e.kind)
    if (raises && index % 2 === 0) return [{ ...e, hour: from + (e.hour % (to - from)) }]
    return raises || !inside(e.hour) ? [e] : []
  })
  const passing = moved.filter(({ kind, hour }) => kind === 'transfer' && inside(hour))
  const single = moved.filter((e) => !passing.slice(1).includes(e))
  return passing.length === 0 ? single : single.filter(({ kind, hour }) => kind !== 'once' || !inside(hour))
}

const BUYERS = ['a', 'b', 'c'].map((last) => `pty_${'0'.repeat(25)}${last}` as ContractState['buyer_id'])

function operationOf(e: Life['edits'][number], lines: ContractLine[], state: ContractState | null): Operation | null {
  const present = state?.lines ?? []
  const line = present[e.pick % Math.max(1, present.length)]
  const fee = present.find(({ price }) => price.type === 'flat_recurring')
  const fresh = (price: Price) => {
    const added = book.lineOf(price, { discount_rate: e.rate })
    lines.push(added)
    return book.addLineOf(added)
  }
  if (e.kind === 'fee') return fresh(flat(e.cents))
  if (e.kind === 'once') return fresh(book.once(cents0(e.cents)))
  if (e.kind === 'usage') return fresh(hourly({ unit: e.cents, tier: e.cents + 7 }))
  if (e.kind === 'suspend') return book.SUSPEND
  if (e.kind === 'resume') return book.RESUME
  if (e.kind === 'end') return e.pick < 3 ? book.TERMINATE : null
  if (e.kind === 'transfer')
    return {
      operation: 'transfer',
      payload: { buyer_id: BUYERS[e.pick % 3] ?? present[0]?.seller_id ?? BUYERS[0] },
    } as Operation
  if (e.kind === 'nothing') return { operation: 'set_terms', payload: { net_days: e.pick } }
  if (line === undefined) return null
  if (e.kind === 'remove') return { operation: 'remove_line', payload: { line_id: line.id } }
  if (e.kind === 'raise') return fee === undefined ? null : raised(fee, e.cents)
  if (line.price.type === 'flat_once') return null
  if (e.kind === 'quantity') return book.quantityOf(line.id, e.quantity)
  if (e.kind === 'discount') return book.discountOf(line.id, e.rate)
  return book.priceOf(
    line.id,
    line.price.type === 'usage' ? hourly({ unit: e.cents, tier: e.cents + 7 }) : flat(e.cents),
  )
}

function raised({ id, price }: ContractLine, by: number): Operation {
  return book.priceOf(id, flat(Number(price.unit_price.amount) + by))
}

function recorded(log: book.Book, operation: Operation, at: Instant): void {
  try {
    log.record(operation, at)
  } catch {
    // What a contract refuses, OpenMeter never hears of.
  }
}

/** Hours in which something is used that the contract sells then. */
export function usageOf(one: Life, timeline: readonly Stretch[], start: Instant): Used[] {
  return one.usage.flatMap(({ hour, pick, seconds }) => {
    const at = addMs(start, hour * HOUR_MS)
    const state = timeline.findLast(({ from }) => from <= at)?.state
    const sold = state?.lifecycle === 'active' ? state.lines.filter(({ price }) => price.type === 'usage') : []
    const line = sold[pick % Math.max(1, sold.length)]
    return line === undefined ? [] : [{ lineId: line.id, hour: at, seconds }]
  })
}

export type Owed = Readonly<Record<string, { readonly cents: bigint; readonly pieces: number }>>

/** What each buyer owes of each line by the contract's own pricing; nothing is left out. */
export function dueOf(timeline: readonly Stretch[], usage: readonly Used[], start: Instant): Owed {
  const hoursOf = (lineId: string, { from, to }: Period) => {
    const parts = usage.filter((one) => one.lineId === lineId && one.hour >= from && one.hour < to)
    return decimal(
      formatDecimal({ units: parts.reduce((sum, one) => sum + (BigInt(one.seconds) * 10_000n) / 3600n, 0n), scale: 4 }),
    )
  }
  const weeks = [0, 1].map((week) => ({
    from: addMs(start, week * WEEK_H * HOUR_MS),
    to: addMs(start, (week + 1) * WEEK_H * HOUR_MS),
  }))
  const charges = weeks.flatMap((week) => periodCharges(timeline, week, hoursOf))
  return summed(charges.map((one) => [`${one.line_id} ${one.buyer_id}`, BigInt(one.amount?.amount ?? 0)]))
}

/** What each buyer owes of each line by the invoices that billing makes of OpenMeter's. */
export function owedOf(timeline: readonly Stretch[], rated: readonly RatedInvoice[]): Owed {
  const inForce = timeline.filter(({ state }) => state.activated_at !== null)
  const contract = inForce.at(-1)?.state
  if (contract === undefined) return {}
  const buyers = inForce.reduce<readonly Buyer[]>(
    (known, { from, state }) => buyersAfter(known, { from, buyer_id: state.buyer_id }),
    [],
  )
  const portions = rated.flatMap((invoice) => portionsOf(invoice, { contract, buyers, sellers: {} }))
  return summed(
    portions.flatMap(({ buyerId, lines }) =>
      lines.map((line): [string, bigint] => [`${line.contractLineId} ${buyerId}`, line.amount.amount]),
    ),
  )
}

function summed(parts: readonly (readonly [string, bigint])[]): Owed {
  const sums: Record<string, { cents: bigint; pieces: number }> = {}
  for (const [key, amount] of parts) {
    const { cents, pieces } = sums[key] ?? { cents: 0n, pieces: 0 }
    sums[key] = { cents: cents + amount, pieces: pieces + 1 }
  }
  return sums
}
