import { type Currency, decimal, fromMajor, fromWire } from '@draupnir/money'
import { addMs, DAY_MS, earliest, type Instant, instant, type Period } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { rate } from '../../../../packages/sandbox-openmeter/src/invoice/rating.ts'
import { type Target, targetsOf } from '../../../../packages/sandbox-openmeter/src/invoice/target.ts'
import { billingPeriod } from '../../../contract/src/contract/correction.ts'
import { periodCharges } from '../../../contract/src/contract/period-charges.ts'
import { agreed, followed, plan, START } from './pricing.fixture.ts'

const LATEST = instant('2040-01-01T00:00:00Z')
/** Days of a contract that are priced. */
const DAYS = 100

/** GPU-hours of a line from a moment on. */
type Metered = (lineId: string, from: Instant) => ReturnType<typeof decimal>
type Bill = readonly [line: string, from: Instant, cents: bigint]

function meter(list: readonly string[]): Metered {
  const hours = new Map<string, string>()
  return (lineId, from) => {
    const key = `${lineId} ${from}`
    const known = hours.get(key) ?? list[hours.size % list.length] ?? '0'
    hours.set(key, known)
    return decimal(known)
  }
}

function rated({ item, price, period }: Target, currency: Currency, metered: Metered): Bill {
  const line = item.key.replace('u_', '')
  const quantity = price.type === 'flat' ? decimal('1') : metered(line, period.from)
  const { totals } = rate('x', price, quantity, item.rateCard.discounts ?? {}, currency)
  return [line, period.from, fromMajor(decimal(totals.total), currency, 'half_away_from_zero').amount]
}

function periodsOf(state: ContractState, from: Instant, to: Instant): Period[] {
  const periods: Period[] = []
  for (let at = from; at < to; ) {
    const period = billingPeriod(state, at)
    if (period === null) throw new Error('it is never billed')
    periods.push(period)
    at = period.to
  }
  return periods
}

// OpenMeter has no line for nothing.
const sorted = (bills: readonly Bill[]) =>
  bills
    .filter(([, , cents]) => cents !== 0n)
    .map(String)
    .sort()

it('prices every period as OpenMeter rates it: each stretch of each line, to the cent', () => {
  let [lines, cut] = [0, 0]
  fc.assert(
    fc.property(plan, (one) => {
      const timeline = agreed(one)
      const subscription = followed(timeline)
      const state = timeline.find((stretch) => stretch.state.activated_at !== null)?.state
      if (subscription === null || state === undefined) return
      const metered = meter(one.usage)
      const end = earliest(addMs(START, DAYS * DAY_MS), subscription.activeTo ?? LATEST)
      const periods = periodsOf(state, subscription.activeFrom, end)
      const horizon = periods.at(-1)?.to ?? end
      const targets = targetsOf(subscription, { horizon, fullPeriodAtEnd: false })
      for (const period of periods) {
        const due = periodCharges(timeline, period, (line, { from }) => metered(line, from)).map((charge): Bill => {
          if (charge.amount === null) throw new Error('the usage is known')
          return [charge.line_id, charge.from, fromWire(charge.amount).amount]
        })
        const billed = targets
          .filter(({ period: { from } }) => from >= period.from && from < period.to)
          .map((target) => rated(target, one.currency, metered))
        expect(sorted(due)).toEqual(sorted(billed))
        lines += sorted(billed).length
        cut += due.length > 3 ? 1 : 0
      }
    }),
    { numRuns: 2000 },
  )
  expect(lines).toBeGreaterThan(10_000)
  // About a thousand of the periods are cut into more than their three lines.
  expect(cut).toBeGreaterThan(500)
})
