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
import { merged, type Stretch } from './timeline.ts'

/** What was metered on a line in a stretch; null when it is not known here. */
export type UsageOf = (lineId: Id<'contractLine'>, stretch: Period) => Decimal | null

type Sold = Omit<Charge, 'from' | 'to' | 'amount'>

const UNKNOWN: UsageOf = () => null

/**
 * What each line costs in a billing period: whole seconds in force over whole seconds of the period, rounded half away
 * from zero to the minor unit, then the discount, rounded the same way. As OpenMeter bills the rate cards of a line.
 */
export function periodCharges(timeline: readonly Stretch[], period: Period, usage: UsageOf = UNKNOWN): Charge[] {
  const sold = new Map<Id<'contractLine'>, { from: Instant; to: Instant; value: Sold }[]>()
  const once: Charge[] = []
  for (const stretch of timeline) {
    const part = intersect({ from: stretch.from, to: stretch.to ?? period.to }, period)
    if (part === null || stretch.state.lifecycle !== 'active') continue
    for (const line of stretch.state.lines) {
      const value = soldAs(line, stretch.state)
      if (line.price.type !== 'flat_once') sold.set(line.id, [...(sold.get(line.id) ?? []), { ...part, value }])
      else once.push(...chargedOnce(line, stretch.state, part, value))
    }
  }
  const running = [...sold.values()].flatMap((list) =>
    merged(list).map(({ from, to, value }) => charge(value, { from, to: to ?? period.to }, period, usage)),
  )
  return [...once, ...running]
}

function soldAs(line: ContractLine, state: ContractState): Sold {
  const { id, quantity, price, discount_rate } = line
  return { line_id: id, buyer_id: state.buyer_id, quantity, price, discount_rate }
}

// Charged where the line and the contract first meet, whatever comes later.
function chargedOnce(line: ContractLine, state: ContractState, part: Period, value: Sold): Charge[] {
  if (state.activated_at === null) return []
  const at = latest(state.activated_at, line.added_at ?? state.activated_at)
  if (at < part.from || at >= part.to) return []
  return [{ ...value, from: at, to: at, amount: amountOf(value, flat(value)) }]
}

function charge(value: Sold, part: Period, period: Period, usage: UsageOf): Charge {
  if (value.price.type !== 'usage')
    return { ...value, ...part, amount: amountOf(value, prorated(flat(value), part, period)) }
  const quantity = usage(value.line_id, part)
  return { ...value, ...part, amount: quantity === null ? null : amountOf(value, rated(value.price, quantity)) }
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

/** Graduated: each GPU-hour at the price of its tier. */
function rated(price: Extract<ContractLine['price'], { type: 'usage' }>, quantity: Decimal): bigint {
  let total = decimal('0')
  let from = decimal('0')
  for (const tier of price.tiers ?? []) {
    const to = decimal(tier.up_to)
    const upTo = compareDecimals(quantity, to) < 0 ? quantity : to
    if (compareDecimals(upTo, from) <= 0) break
    total = addDecimals(
      total,
      multiplyDecimals(addDecimals(upTo, negateDecimal(from)), decimal(tier.unit_price.amount)),
    )
    from = to
  }
  if (compareDecimals(quantity, from) > 0) {
    const rest = addDecimals(quantity, negateDecimal(from))
    total = addDecimals(total, multiplyDecimals(rest, decimal(price.unit_price.amount)))
  }
  return toInteger(total, 'half_away_from_zero')
}

function amountOf({ price, discount_rate }: Sold, gross: bigint) {
  const off = toInteger(multiplyDecimals({ units: gross, scale: 0 }, decimal(discount_rate)), 'half_away_from_zero')
  return toWire(money(gross - off, price.unit_price.currency))
}
