import { type Currency, fromWire, type Money, subtract, sum, toWire } from '@draupnir/money'
import { duration, type Instant, type Period, periodAt } from '@draupnir/time'
import type { Charge, ContractState, LineCorrection } from '@draupnir/wire'
import { periodCharges } from './period-charges.ts'
import type { Stretch } from './timeline.ts'

/** What a late edit changes in one billing period. */
export interface PeriodCorrection {
  readonly period: Period
  readonly charged: ReturnType<typeof toWire>
  readonly due: ReturnType<typeof toWire>
  readonly difference: ReturnType<typeof toWire>
  readonly lines: readonly LineCorrection[]
}

/** The billing period of a contract that holds `moment`, counted in UTC as OpenMeter does; null while it was never active. */
export function billingPeriod(
  { billing_anchor, cadence }: Pick<ContractState, 'billing_anchor' | 'cadence'>,
  moment: Instant,
): Period | null {
  return billing_anchor === null ? null : periodAt(billing_anchor, duration(cadence), moment)
}

/** Of every billing period from `since` on that has begun by `now`, what differs between two timelines; others are left out. */
export function corrections(
  before: readonly Stretch[],
  after: readonly Stretch[],
  calendar: ContractState,
  since: Instant,
  now: Instant,
): PeriodCorrection[] {
  const found: PeriodCorrection[] = []
  for (let period = billingPeriod(calendar, since); period !== null && period.from < now; ) {
    const one = correction(before, after, period, calendar.currency)
    if (one.lines.length > 0) found.push(one)
    period = billingPeriod(calendar, period.to)
  }
  return found
}

/** One period priced by both timelines; only lines that differ, and of them only the charges that do. */
export function correction(
  before: readonly Stretch[],
  after: readonly Stretch[],
  period: Period,
  currency: Currency,
): PeriodCorrection {
  const was = Map.groupBy(periodCharges(before, period), (charge) => charge.line_id)
  const is = Map.groupBy(periodCharges(after, period), (charge) => charge.line_id)
  const lines = [...new Set([...was.keys(), ...is.keys()])].flatMap((id) => {
    const [charged, due] = [was.get(id) ?? [], is.get(id) ?? []]
    const [charges_before, charges_after] = [missingIn(due, charged), missingIn(charged, due)]
    if (charges_before.length === 0 && charges_after.length === 0) return []
    return [{ line_id: id, charges_before, charges_after, ...amounts(charged, due, currency) }]
  })
  const charged = total(
    lines.map((line) => line.charged),
    currency,
  )
  const due = total(
    lines.map((line) => line.due),
    currency,
  )
  return { period, charged: toWire(charged), due: toWire(due), difference: toWire(subtract(due, charged)), lines }
}

function missingIn(other: readonly Charge[], own: readonly Charge[]): Charge[] {
  const there = new Set(other.map((charge) => JSON.stringify(charge)))
  return own.filter((charge) => !there.has(JSON.stringify(charge)))
}

function amounts(before: readonly Charge[], after: readonly Charge[], currency: Currency) {
  if ([...before, ...after].some((charge) => charge.amount === null))
    return { charged: null, due: null, difference: null }
  const charged = total(
    before.map((charge) => charge.amount),
    currency,
  )
  const due = total(
    after.map((charge) => charge.amount),
    currency,
  )
  return { charged: toWire(charged), due: toWire(due), difference: toWire(subtract(due, charged)) }
}

/** The sum of the amounts that are known. */
export function total(amounts: readonly Charge['amount'][], currency: Currency): Money {
  return sum(
    amounts.flatMap((amount) => (amount === null ? [] : [fromWire(amount)])),
    currency,
  )
}
