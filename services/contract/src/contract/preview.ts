import { subtract, toWire } from '@draupnir/money'
import type { Instant, Period } from '@draupnir/time'
import { billingPeriod, correction, type PeriodCorrection, total } from './correction.ts'
import { periodCharges } from './period-charges.ts'
import type { Plan } from './plan-edit.ts'
import { type Timeline, timelineOf } from './timeline.ts'

/**
 * What an edit would do: the timeline with it, what the current period would cost, usage left out, and what a late edit
 * would correct in every period that has begun.
 */
export interface Preview {
  readonly timeline: Timeline
  readonly corrections: readonly PeriodCorrection[]
  readonly current_period:
    | (Pick<ReturnType<typeof correction>, 'lines'> & {
        readonly period: Period
        readonly due_before: ReturnType<typeof toWire>
        readonly due_after: ReturnType<typeof toWire>
        readonly difference: ReturnType<typeof toWire>
      })
    | null
}

export function previewOf({ timelineBefore, timelineAfter, head, corrections }: Plan, now: Instant): Preview {
  const period = billingPeriod(head.state, now)
  const timeline = timelineOf(timelineAfter)
  if (period === null) return { timeline, corrections, current_period: null }
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
    corrections,
    current_period: { period, due_before: toWire(before), due_after: toWire(after), difference, lines },
  }
}
