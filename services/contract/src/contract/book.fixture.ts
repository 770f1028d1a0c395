import { type Id, newId } from '@draupnir/ids'
import { type Instant, instant } from '@draupnir/time'
import type { ContractLine, ContractState, Price } from '@draupnir/wire'
import { BUYER, SELLER } from './contract.fixture.ts'
import { fold } from './contract.ts'
import { type Decision, type Edit, effectOf, type Operation, type Terms } from './operation.ts'
import { replay, steps } from './replay.ts'
import { standing } from './standing.ts'
import { type Stretch, stretches } from './timeline.ts'

/** The log of one contract in memory, judged as the service judges it, whole each time. */
export interface Book {
  readonly log: () => readonly Edit[]
  /** Records an operation at `recordedAt`, `at` unless told; refuses as the service does and then keeps nothing. */
  readonly record: (operation: Operation, at: Instant, options?: Options) => Edit
  readonly timeline: () => Stretch[]
  readonly stateAt: (asOf: Instant, knownAt?: Instant) => ContractState | null
}

export interface Options {
  readonly recordedAt?: Instant
  readonly supersedes?: Edit
}

export const END = instant('2099-01-01T00:00:00Z')
export const day = (text: string): Instant => instant(text.includes('T') ? text : `${text}T00:00:00Z`)

export function openBook(): Book {
  const log: Edit[] = []
  const record = (operation: Operation, at: Instant, { recordedAt = at, supersedes }: Options = {}): Edit => {
    const decision: Decision = { ...operation, effective_at: at, cause: null, supersedes: supersedes?.id ?? null }
    const seq = log.length + 1
    const rank = operation.operation === 'correct' ? (supersedes?.rank ?? seq) : seq
    const id = newId('contractEdit', at)
    const entry: Edit = { ...decision, id, seq, rank, automatic: false, recorded_at: recordedAt, actor: 'key_test' }
    const revived = log.filter((edit) => operation.operation === 'void' && edit.id === supersedes?.supersedes)
    const added = effectOf(entry) === null ? revived : [entry]
    replay(null, standing(log), { entry, removed: supersedes === undefined ? [] : [supersedes], added })
    log.push(entry)
    return entry
  }
  return {
    log: () => log,
    record,
    timeline: () => stretches(steps(null, standing(log))),
    stateAt: (asOf, knownAt = END) => fold(log, { knownAt, asOf }),
  }
}

/** A book with this log in it, unjudged. */
export function bookOf(log: readonly Edit[]): Pick<Book, 'stateAt'> {
  return { stateAt: (asOf, knownAt = END) => fold(log, { knownAt, asOf }) }
}

export const BOOK_TERMS: Terms = {
  currency: 'USD',
  cadence: 'P1M',
  net_days: 30,
  collection_method: 'wallet',
  platform_fee_rate: '0.1',
  time_zone: 'UTC',
  tax_rate: '0',
  term: null,
}

const BOOK_CONTRACT = newId('contract', day('2026-01-01'))

export const create = (terms: Partial<Terms> = {}): Operation => ({
  operation: 'create',
  payload: { id: BOOK_CONTRACT, buyer_id: BUYER, ...BOOK_TERMS, ...terms },
})

export const flat = (amount: string, currency: Terms['currency'] = 'USD'): Price => ({
  type: 'flat_recurring',
  unit_price: { amount, currency },
})
export const once = (amount: string): Price => ({ type: 'flat_once', unit_price: { amount, currency: 'USD' } })
export const hourly = (amount: string, tiers?: readonly (readonly [string, string])[]): Price => ({
  type: 'usage',
  unit: 'gpu_hour',
  unit_price: { amount, currency: 'USD' },
  ...(tiers && { tiers: tiers.map(([up_to, price]) => ({ up_to, unit_price: { amount: price, currency: 'USD' } })) }),
})

export function lineOf(price: Price, change: Partial<ContractLine> = {}): ContractLine {
  return {
    id: newId('contractLine', day('2026-01-01')),
    seller_id: SELLER,
    sku: 'x',
    description: 'x',
    quantity: '1',
    price,
    discount_rate: '0',
    device_ids: [],
    host_id: null,
    sla: null,
    added_at: null,
    ...change,
  }
}

export const addLineOf = (line: ContractLine): Operation => ({ operation: 'add_line', payload: { line } })
export const activateOf = (anchor: Instant): Operation => ({
  operation: 'activate',
  payload: { billing_anchor: anchor },
})
export const quantityOf = (line: Id<'contractLine'>, quantity: string): Operation => ({
  operation: 'change_quantity',
  payload: { line_id: line, quantity },
})
export const priceOf = (line: Id<'contractLine'>, price: Price): Operation => ({
  operation: 'reprice_line',
  payload: { line_id: line, price },
})
export const discountOf = (line: Id<'contractLine'>, discount_rate: string): Operation => ({
  operation: 'set_discount',
  payload: { line_id: line, discount_rate },
})
export const SUSPEND: Operation = { operation: 'suspend', payload: {} }
export const RESUME: Operation = { operation: 'resume', payload: {} }
export const TERMINATE: Operation = { operation: 'terminate', payload: { when: 'at' } }
export const voidOf = (edit: Edit): Operation => ({ operation: 'void', payload: { edit_id: edit.id } })

/** A contract in force from `from` with one line, whose periods are counted from `anchor`. */
export function running(
  price: Price,
  from: Instant,
  { terms = {}, anchor = from, line: change = {} }: RunningOptions = {},
) {
  const book = openBook()
  const line = lineOf(price, change)
  book.record(create(terms), from)
  book.record(addLineOf(line), from)
  book.record(activateOf(anchor), from)
  return { book, line: line.id }
}

export interface RunningOptions {
  readonly terms?: Partial<Terms>
  readonly anchor?: Instant
  readonly line?: Partial<ContractLine>
}
