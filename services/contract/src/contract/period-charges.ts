import type { Id } from '@draupnir/ids'
import {
  addDecimals,
  compareDecimals,
  type Decimal,
  decimal,
  divide,
  money,
  multiplyDecimals,
  negateDecimal,
  toInteger,
  toWire,
} from '@draupnir/money'
import { type Instant, intersect, latest, type Period, periodMs, SECOND_MS } from '@draupnir/time'
import type { Charge, ContractLine, ContractState } from '@draupnir/wire'
import type { Stretch } from './timeline.ts'

/** What was metered on a line in a stretch; null when it is not known here. */
export type UsageOf = (lineId: Id<'contractLine'>, stretch: Period) => Decimal | null

type Sold = Omit<Charge, 'from' | 'to' | 'amount'>

/** What is sold from a moment until another, by the price a rate card of OpenMeter has. */
interface Sale {
  readonly from: Instant
  readonly to: Instant
  readonly sold: Sold
  readonly terms: string
}

const UNKNOWN: UsageOf = () => null

/**
 * What each line costs in a billing period: whole seconds in force over whole seconds of the period, rounded half away
 * from zero to the minor unit, then the discount, rounded the same way; of usage each tier by itself. As OpenMeter bills
 * the rate cards of a line, to the cent.
 */
export function periodCharges(timeline: readonly Stretch[], period: Period, usage: UsageOf = UNKNOWN): Charge[] {
  const sales = new Map<Id<'contractLine'>, Sale[]>()
  const once: Charge[] = []
  for (const stretch of timeline) {
    const part = intersect({ from: stretch.from, to: stretch.to ?? period.to }, period)
    if (part === null || stretch.state.lifecycle !== 'active') continue
    for (const line of stretch.state.lines) {
      const sold = soldAs(line, stretch.state)
      if (line.price.type === 'flat_once') once.push(...chargedOnce(line, stretch.state, part, sold))
      else goOn(sales, { ...part, sold, terms: termsOf(sold) })
    }
  }
  return [...once, ...[...sales.values()].flat().map((sale) => charge(sale, period, usage))]
}

// While a rate card stays as it is, OpenMeter bills one line, however often the contract was edited.
function goOn(sales: Map<Id<'contractLine'>, Sale[]>, next: Sale): void {
  const list = sales.get(next.sold.line_id) ?? []
  sales.set(next.sold.line_id, list)
  const last = list.at(-1)
  if (last?.to === next.from && last.terms === next.terms) list[list.length - 1] = { ...last, to: next.to }
  else list.push(next)
}

function termsOf(sold: Sold): string {
  const { buyer_id, price, discount_rate } = sold
  return JSON.stringify([buyer_id, discount_rate, price.type === 'usage' ? price : String(flat(sold))])
}

function soldAs(line: ContractLine, state: ContractState): Sold {
  const { id, quantity, price, discount_rate } = line
  return { line_id: id, buyer_id: state.buyer_id, quantity, price, discount_rate }
}

// Charged where the line and the contract first meet, whatever comes later.
function chargedOnce(line: ContractLine, state: ContractState, part: Period, sold: Sold): Charge[] {
  if (state.activated_at === null) return []
  const at = latest(state.activated_at, line.added_at ?? state.activated_at)
  if (at < part.from || at >= part.to) return []
  return [{ ...sold, from: at, to: at, amount: amountOf(sold, [flat(sold)]) }]
}

function charge({ from, to, sold }: Sale, period: Period, usage: UsageOf): Charge {
  const part = { from, to }
  if (sold.price.type !== 'usage')
    return { ...sold, ...part, amount: amountOf(sold, [prorated(flat(sold), part, period)]) }
  const quantity = usage(sold.line_id, part)
  return { ...sold, ...part, amount: quantity === null ? null : amountOf(sold, rated(sold.price, quantity)) }
}

function flat({ price, quantity }: Sold): bigint {
  return toInteger(multiplyDecimals(decimal(price.unit_price.amount), decimal(quantity)), 'half_away_from_zero')
}

function prorated(whole: bigint, part: Period, period: Period): bigint {
  return divide(whole * secondsOf(part), secondsOf(period), 'half_away_from_zero')
}

function secondsOf(period: Period): bigint {
  return BigInt(periodMs(period)) / BigInt(SECOND_MS)
}

/** Graduated: the GPU-hours of each tier at its price, rounded half away from zero, tier by tier. */
function rated(price: Extract<ContractLine['price'], { type: 'usage' }>, quantity: Decimal): bigint[] {
  const parts: bigint[] = []
  let from = decimal('0')
  for (const { up_to, unit_price } of [...(price.tiers ?? []), { up_to: null, unit_price: price.unit_price }]) {
    if (compareDecimals(quantity, from) <= 0) break
    const to = up_to === null || compareDecimals(quantity, decimal(up_to)) < 0 ? quantity : decimal(up_to)
    const used = addDecimals(to, negateDecimal(from))
    parts.push(toInteger(multiplyDecimals(used, decimal(unit_price.amount)), 'half_away_from_zero'))
    from = to
  }
  return parts
}

// The discount is taken off each part, as off each detailed line of OpenMeter.
function amountOf({ price, discount_rate }: Sold, parts: readonly bigint[]) {
  const rate = decimal(discount_rate)
  const off = (gross: bigint) => toInteger(multiplyDecimals({ units: gross, scale: 0 }, rate), 'half_away_from_zero')
  const net = parts.reduce((total, gross) => total + gross - off(gross), 0n)
  return toWire(money(net, price.unit_price.currency))
}
