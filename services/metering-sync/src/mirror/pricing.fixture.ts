import { formatDecimal } from '@draupnir/money'
import { addMs, DAY_MS, duration, type Instant, instant, SECOND_MS } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import fc from 'fast-check'
import { applyEdits } from '../../../../packages/sandbox-openmeter/src/subscription/edit.ts'
import { startPhases } from '../../../../packages/sandbox-openmeter/src/subscription/plan.ts'
import type { RateCard as SandboxCard } from '../../../../packages/sandbox-openmeter/src/subscription/rate-card.ts'
import type { Subscription } from '../../../../packages/sandbox-openmeter/src/subscription/subscription.ts'
import * as book from '../../../contract/src/contract/book.fixture.ts'
import type { Operation } from '../../../contract/src/contract/operation.ts'
import type { Stretch } from '../../../contract/src/contract/timeline.ts'
import { toRateCard } from '../openmeter/rate-card.ts'
import { type RateCard, termsOf } from './cards.ts'
import { cardsOf } from './mirror.ts'
import { planChanges } from './plan-changes.ts'

const PHASE = 'main'
const CADENCES = ['P1W', 'P1M', 'P3M', 'P1Y'] as const
const ZONES = ['UTC', 'America/New_York', 'Asia/Kolkata', 'Pacific/Apia'] as const
export const CURRENCIES = ['USD', 'JPY', 'EUR'] as const

const digits = (max: number, scale: number) =>
  fc.bigInt({ min: 0n, max: BigInt(max) * 10n ** BigInt(scale) }).map((units) => formatDecimal({ units, scale }))
const amount = fc.oneof(digits(99_999, 0), digits(999, 3), digits(9, 6))
const tiers = fc.uniqueArray(fc.tuple(fc.oneof(digits(2000, 0), digits(50, 4)), amount), {
  maxLength: 4,
  selector: ([upTo]) => upTo,
})
const positive = (list: readonly (readonly [string, string])[]) =>
  list.filter(([upTo]) => upTo !== '0').sort(([a], [b]) => Number(a) - Number(b))
/** At a second, or between two of them. */
const when = fc.tuple(fc.integer({ min: 0, max: 90 * 24 * 3600 }), fc.constantFrom(0, 0, 0, 1, 999))

const edit = fc.record({
  kind: fc.constantFrom('flat', 'usage', 'quantity', 'discount', 'off', 'rest', 'transfer', 'add', 'remove', 'nothing'),
  at: when,
  amount,
  tiers,
  quantity: fc.oneof(digits(9, 0), digits(9, 2)),
  rate: digits(1, 6).filter((text) => Number(text) <= 1),
})
/** A contract and what happens to it. */
export const plan = fc.record({
  cadence: fc.constantFrom(...CADENCES),
  zone: fc.constantFrom(...ZONES),
  currency: fc.constantFrom(...CURRENCIES),
  anchor: fc.integer({ min: 0, max: 400 }),
  from: when,
  prices: fc.record({ flat: amount, once: amount, usage: amount, tiers }),
  discount: fc.constantFrom('0', '0', '0.1', '0.125', '0.333333'),
  edits: fc.array(edit, { maxLength: 8 }),
  usage: fc.array(fc.oneof(digits(3000, 4), digits(20, 4)), { minLength: 40, maxLength: 40 }),
  end: fc.option(when),
})
export type Plan = typeof plan extends fc.Arbitrary<infer P> ? P : never

export const START = instant('2024-01-15T00:00:00Z')
const moment = ([seconds, ms]: readonly [number, number]): Instant => addMs(START, seconds * SECOND_MS + ms)

/** The timeline of a contract edited as planned, what is refused left out. */
export function agreed({ prices, currency, ...one }: Plan): Stretch[] {
  const { cadence, zone: time_zone } = one
  const log = book.openBook()
  const priced = (price: ReturnType<typeof book.flat>) => ({ ...price, unit_price: { ...price.unit_price, currency } })
  const hourly = (unit: string, list: readonly (readonly [string, string])[]) => {
    const price = book.hourly(unit, positive(list))
    if (price.type !== 'usage') throw new Error('usage has another price')
    const inCurrency = price.tiers?.map((tier) => ({ ...tier, unit_price: { ...tier.unit_price, currency } }))
    return { ...price, unit_price: { amount: unit, currency }, ...(inCurrency && { tiers: inCurrency }) }
  }
  const lines = [priced(book.flat(prices.flat)), priced(book.once(prices.once)), hourly(prices.usage, prices.tiers)]
  const [fee, setup, usage] = lines.map((price) => book.lineOf(price, { discount_rate: one.discount }))
  if (fee === undefined || setup === undefined || usage === undefined) throw new Error('no lines')
  const from = moment(one.from)
  log.record(book.create({ currency, cadence, time_zone }), START)
  for (const line of [fee, setup, usage]) log.record(book.addLineOf(line), START)
  log.record(book.activateOf(addMs(START, -one.anchor * DAY_MS)), from)
  const of = (e: Plan['edits'][number]): Operation[] => {
    if (e.kind === 'flat') return [book.priceOf(fee.id, priced(book.flat(e.amount)))]
    if (e.kind === 'usage') return [book.priceOf(usage.id, hourly(e.amount, e.tiers))]
    if (e.kind === 'quantity') return [book.quantityOf(fee.id, e.quantity)]
    if (e.kind === 'discount') return [book.discountOf(fee.id, e.rate), book.discountOf(usage.id, e.rate)]
    if (e.kind === 'off') return [book.SUSPEND]
    if (e.kind === 'rest') return [book.RESUME]
    if (e.kind === 'transfer') return [{ operation: 'transfer', payload: { buyer_id: buyerOf(e.quantity) } }]
    if (e.kind === 'add') return [book.addLineOf(book.lineOf(priced(book.once(e.amount)), { discount_rate: e.rate }))]
    if (e.kind === 'remove') return [{ operation: 'remove_line', payload: { line_id: usage.id } }]
    return [{ operation: 'set_terms', payload: { net_days: 3 } }]
  }
  const timed = one.edits.map((e) => ({ e, at: moment(e.at) })).filter(({ at }) => at >= from)
  for (const { e, at } of timed.toSorted((a, b) => (a.at < b.at ? -1 : 1)))
    for (const operation of of(e)) recorded(log, operation, at)
  if (one.end !== null && moment(one.end) >= from) recorded(log, book.TERMINATE, moment(one.end))
  return log.timeline()
}

const BUYERS = ['0', '1', '2'].map((last) => `pty_${'0'.repeat(25)}${last}`)
const buyerOf = (text: string) => BUYERS[text.length % BUYERS.length] as ContractState['buyer_id']

function recorded(log: book.Book, operation: Operation, at: Instant): void {
  try {
    log.record(operation, at)
  } catch {
    // What a contract refuses, OpenMeter never hears of.
  }
}

/** The subscription as a sync would leave it after each stretch, on time. */
export function followed(timeline: readonly Stretch[]): Subscription | null {
  const ids: string[] = []
  const newId = () => {
    ids.push('')
    return `id${ids.length}`
  }
  let subscription: Subscription | null = null
  let held: RateCard[] = []
  let buyer: string | null = null
  let boughtFrom: Instant | null = null
  const billed: Record<string, { starts_at: Instant; billed_from: Instant }> = {}
  for (const { from, state } of timeline) {
    if (state.activated_at === null || state.billing_anchor === null) continue
    if (state.lifecycle === 'ended') return subscription && { ...subscription, activeTo: from }
    if (buyer !== null && buyer !== state.buyer_id) boughtFrom = from
    buyer = state.buyer_id
    const cards = cardsOf({ contract: state, lines: billed, boughtFrom })
    for (const { lineId } of cards) billed[lineId] ??= { starts_at: from, billed_from: from }
    if (subscription === null) subscription = begun(state, from, cards, newId)
    else {
      const actual = held.map((card) => ({
        key: card.key,
        terms: termsOf(card),
        boughtBy: card.bought.by,
        once: card.cadence === null,
      }))
      const changes = planChanges(cards, actual).map((change) =>
        change.op === 'add'
          ? { op: 'add_item' as const, phaseKey: PHASE, rateCard: sandboxCard(change.card) }
          : { op: 'remove_item' as const, phaseKey: PHASE, itemKey: change.key },
      )
      subscription = applyEdits(subscription, changes, { now: from, at: from, newId })
    }
    held = [...held.filter((card) => card.cadence === null), ...cards]
  }
  return subscription
}

function begun(state: ContractState, at: Instant, cards: readonly RateCard[], newId: () => string): Subscription {
  const { currency, billing_anchor, cadence } = state
  const billingCadence = duration(cadence)
  const rateCards = cards.map(sandboxCard)
  const input = {
    name: 'x',
    currency,
    billingCadence,
    phases: [{ key: PHASE, name: PHASE, duration: null, rateCards }],
  }
  return {
    id: newId(),
    customerId: 'c',
    name: 'x',
    description: null,
    metadata: null,
    annotations: {},
    currency,
    billingCadence,
    billingAnchor: billing_anchor ?? at,
    proRating: { enabled: true, mode: 'prorate_prices' },
    settlementMode: 'credit_then_invoice',
    activeFrom: at,
    activeTo: null,
    phases: startPhases(input, at, at, newId),
    createdAt: at,
    updatedAt: at,
    deletedAt: null,
  }
}

function sandboxCard(card: RateCard): SandboxCard {
  const { entitlementTemplate: _, ...rest } = JSON.parse(JSON.stringify(toRateCard(card))) as SandboxCard
  return rest
}
