import type { Context } from '@draupnir/db'
import { subtract, toWire } from '@draupnir/money'
import { earliest, type Instant, type Period } from '@draupnir/time'
import { correction, type PeriodCorrection, total } from './correction.ts'
import { periodCharges } from './period-charges.ts'
import { type Plan, periodOf } from './plan-edit.ts'
import { readStretches } from './read-stretches.ts'
import { clipped, type Stretch, type Timeline, timelineOf } from './timeline.ts'

/**
 * What an edit would do: the timeline with it, from the billing period it first touches until it makes no difference any
 * more, what the current period would cost, usage left out, and what a late edit would correct in every period that has
 * begun.
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

export async function previewOf(ctx: Context, plan: Plan, now: Instant): Promise<Preview> {
  const { timelineAfter, until, place, head, corrections } = plan
  const from = earliest(place.effective_at, periodOf(head, place.effective_at)?.from ?? place.effective_at)
  const timeline = timelineOf(clipped(timelineAfter, { from, to: until }))
  const period = periodOf(head, now)
  if (period === null) return { timeline, corrections, current_period: null }
  const [before, after] = await currently(ctx, plan, period)
  const { currency } = head.state
  const sumOf = (list: readonly Stretch[]) =>
    total(
      periodCharges(list, period).map((charge) => charge.amount),
      currency,
    )
  const [was, is] = [sumOf(before), sumOf(after)]
  const { lines } = correction(before, after, period, currency)
  const difference = toWire(subtract(is, was))
  const current_period = { period, due_before: toWire(was), due_after: toWire(is), difference, lines }
  return { timeline, corrections, current_period }
}

// A late edit that made no difference any more before the current period leaves it as it is.
async function currently(
  ctx: Context,
  { timelineBefore, timelineAfter, until, head, change }: Plan,
  period: Period,
): Promise<readonly [readonly Stretch[], readonly Stretch[]]> {
  if (until === null || until >= period.to) return [timelineBefore, timelineAfter]
  const stored = await readStretches(ctx, head.state.id, period, change.entry.seq)
  return [stored, stored]
}
