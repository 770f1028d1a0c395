import { subtract, toWire } from '@draupnir/money'
import type { Instant, Period } from '@draupnir/time'
import { billingPeriod, correction, total } from './correction.ts'
import { periodCharges } from './period-charges.ts'
import type { Plan } from './plan-edit.ts'
import { type Timeline, timelineOf } from './timeline.ts'

/** What an edit would do: the timeline with it, and what the current period would cost, usage left out. */
export interface Preview {
  readonly timeline: Timeline
  readonly current_period:
    | (Pick<ReturnType<typeof correction>, 'lines'> & {
        readonly period: Period
        readonly due_before: ReturnType<typeof toWire>
        readonly due_after: ReturnType<typeof toWire>
        readonly difference: ReturnType<typeof toWire>
      })
    | null
}

export function previewOf({ timelineBefore, timelineAfter, head }: Plan, now: Instant): Preview {
  const period = billingPeriod(head.state, now)
  const timeline = timelineOf(timelineAfter)
  if (period === null) return { timeline, current_period: null }
  const { currency } = head.state
  const sumOf = (list: Plan['timelineAfter']) =>
    total(
      periodCharges(list, period).map((charge) => charge.amount),
      currency,
    )
  const [before, after] = [sumOf(timelineBefore), sumOf(timelineAfter)]
  const { lines } = correction(timelineBefore, timelineAfter, period, currency)
  const difference = toWire(subtract(after, before))
  return {
    timeline,
    current_period: { period, due_before: toWire(before), due_after: toWire(after), difference, lines },
  }
}
