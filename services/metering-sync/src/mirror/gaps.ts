import type { Id } from '@draupnir/ids'
import { decimal, divide, fromMajor, type Money, toMajor } from '@draupnir/money'
import { earliest, type Instant, latest, MINUTE_MS, msBetween, type Period, periodAt } from '@draupnir/time'
import type { LineTimes } from './line-times.ts'
import type { Desired, FlatCard, RateCard } from './mirror.ts'

/** What OpenMeter cannot know by itself, because its subscription began after the contract's line did. */
export interface PendingLine {
  /** The same for the same gap: a repeat finds it by this. */
  readonly key: string
  readonly card: RateCard
  readonly period: Period
  readonly invoiceAt: Instant
  /** Major units, for a fee; a usage line is rated by OpenMeter. */
  readonly amount: string | null
}

export interface Coverage {
  readonly lines: readonly PendingLine[]
  readonly billedFrom: ReadonlyMap<Id<'contractLine'>, Instant>
}

// So far back OpenMeter would have taken the start itself; an edit that takes effect so soon is on time.
const ON_TIME_MS = 2 * MINUTE_MS

/** What must be billed beside the subscription, whose items began at `itemsFrom`, and from when on each line is billed. */
export function gapsOf(
  desired: Desired,
  times: LineTimes,
  itemsFrom: ReadonlyMap<string, Instant>,
  now: Instant,
): Coverage {
  const billedFrom = new Map<Id<'contractLine'>, Instant>()
  const lines = desired.rateCards.flatMap((card) => {
    const startsAt = times[card.lineId]?.starts_at ?? desired.activatedAt
    const from = itemsFrom.get(card.key)
    if (from === undefined && !desired.ended) return []
    billedFrom.set(card.lineId, from ?? startsAt)
    if (from !== undefined) return missedFees(desired, card, { from: startsAt, to: from })
    return unknownToOpenMeter(desired, card, { from: startsAt, to: desired.endsAt ?? now }, now)
  })
  return { lines, billedFrom }
}

// The item is there, but late. Usage counts at its start, a one-time fee is billed at its start.
function missedFees(desired: Desired, card: RateCard, gap: Period): PendingLine[] {
  if (card.kind === 'usage' || card.cadence === null || msBetween(gap.from, gap.to) <= ON_TIME_MS) return []
  const invoiceAt = billingPeriod(desired, gap.to).to
  return fees(
    desired,
    card,
    gap,
    desired.endsAt === null ? invoiceAt : latest(gap.to, earliest(invoiceAt, desired.endsAt)),
  )
}

// The contract ended before OpenMeter knew of the line.
function unknownToOpenMeter(desired: Desired, card: RateCard, life: Period, now: Instant): PendingLine[] {
  if (life.from >= life.to) return []
  if (card.kind === 'flat' && card.cadence !== null) return fees(desired, card, life, now)
  const amount = card.kind === 'flat' ? card.amount : null
  return [{ key: keyOf(card, life), card, period: life, invoiceAt: now, amount }]
}

function fees(desired: Desired, card: FlatCard, gap: Period, invoiceAt: Instant): PendingLine[] {
  const price = fromMajor(decimal(card.amount), desired.customer.currency, 'half_away_from_zero')
  const lines: PendingLine[] = []
  for (let from = gap.from; from < gap.to; ) {
    const whole = billingPeriod(desired, from)
    const period = { from, to: earliest(whole.to, gap.to) }
    const amount = toMajor(prorated(price, whole, period))
    lines.push({ key: keyOf(card, period), card, period, invoiceAt, amount })
    from = period.to
  }
  return lines
}

/** The share of a period's price for a part of it: what is left to the end of the period, before less after, so that the parts sum. */
export function prorated(price: Money, whole: Period, part: Period): Money {
  const toEnd = (from: Instant) =>
    divide(
      price.amount * BigInt(msBetween(from, whole.to)),
      BigInt(msBetween(whole.from, whole.to)),
      'half_away_from_zero',
    )
  return { amount: toEnd(part.from) - toEnd(part.to), currency: price.currency }
}

function billingPeriod({ billingAnchor, cadence }: Desired, at: Instant): Period {
  return periodAt(billingAnchor, cadence, at)
}

function keyOf(card: RateCard, period: Period): string {
  return `${card.lineId}:${period.from}`
}
