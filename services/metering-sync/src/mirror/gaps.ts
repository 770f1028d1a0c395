import type { Id } from '@draupnir/ids'
import {
  addDecimals,
  type Currency,
  decimal,
  divide,
  fromMajor,
  type Money,
  multiplyDecimals,
  negateDecimal,
  toInteger,
  toMajor,
} from '@draupnir/money'
import { earliest, type Instant, latest, MINUTE_MS, msBetween, type Period, periodAt } from '@draupnir/time'
import { type Agreed, type Sold, soldBy } from './agreed.ts'
import { type Bought, type FlatCard, type RateCard, termsOf } from './cards.ts'
import type { Billed, Pause } from './line-times.ts'
import type { Desired } from './mirror.ts'

/** What OpenMeter cannot know by itself, because it was brought to the contract after the contract had changed. */
export interface PendingLine {
  /** The same for the same gap: a repeat finds it by this. */
  readonly key: string
  readonly card: RateCard
  readonly period: Period
  readonly invoiceAt: Instant
  /** Major units, for a fee; a usage line is rated by OpenMeter. */
  readonly amount: string | null
}

/** A version of an item of OpenMeter. */
export interface Version {
  readonly from: Instant
  readonly to: Instant | null
  /** Null when OpenMeter was not told. */
  readonly bought: Bought | null
  /** Major units and per cent of a fee; zero for usage. */
  readonly amount: string
  readonly discount: string
}

export type Versions = ReadonlyMap<string, readonly Version[]>

export interface Coverage {
  readonly lines: readonly PendingLine[]
  readonly billed: ReadonlyMap<Id<'contractLine'>, Billed>
}

// So far back OpenMeter would have taken the start itself; an edit that takes effect so soon is on time.
const ON_TIME_MS = 2 * MINUTE_MS

/** What must be billed beside the items of OpenMeter, and when each line is billed. Only what was agreed is looked at, so nothing agreed for the past. */
export function gapsOf(desired: Desired, history: readonly Agreed[], versions: Versions, now: Instant): Coverage {
  const sold = soldBy(history, desired.endsAt)
  const fees = sold.flatMap(({ card, ...life }) =>
    card.kind === 'flat' && card.cadence !== null
      ? missedFees(desired, { ...life, card }, versions.get(card.key) ?? [], now)
      : [],
  )
  const unknown = sold.filter(({ card }) => !versions.has(card.key) && isOver(desired, card))
  const rest = stretchesOf(unknown).flatMap((one) => unknownToOpenMeter(desired, one, now))
  return { lines: [...fees, ...rest], billed: billedOf(sold, versions, stretchesOf(unknown)) }
}

// Usage as long as nothing about it changed; a one-time fee once.
function stretchesOf(unknown: readonly Sold[]): Sold[] {
  const stretches: Sold[] = []
  for (const one of unknown) {
    const last = stretches.findLast(({ card }) => card.key === one.card.key)
    if (last === undefined) stretches.push(one)
    else if (one.card.kind === 'flat') continue
    else if (last.to === one.from && sameSale(last.card, one.card))
      stretches.splice(stretches.indexOf(last), 1, { ...last, to: one.to })
    else stretches.push(one)
  }
  return stretches
}

function sameSale(a: RateCard, b: RateCard): boolean {
  return termsOf(a) === termsOf(b) && a.bought.by === b.bought.by
}

// OpenMeter will not get the item any more.
function isOver(desired: Desired, { lineId }: RateCard): boolean {
  return desired.ended || !desired.lineIds.has(lineId)
}

type SoldFee = Sold & { readonly card: FlatCard }

// Where an item was missing or cheaper. What was dearer stays: OpenMeter has no negative lines.
function missedFees(desired: Desired, sold: SoldFee, versions: readonly Version[], now: Instant): PendingLine[] {
  const whole = { from: sold.from, to: sold.to ?? latest(now, ...versions.map(({ from }) => from)) }
  return cut(whole, versions).flatMap(({ period, version }) => {
    if (msBetween(period.from, period.to) <= ON_TIME_MS) return []
    return feesOf(desired, sold.card, period, version, invoicedAt(desired, period.to, now))
  })
}

function invoicedAt(desired: Desired, to: Instant, now: Instant): Instant {
  if (desired.ended) return now
  const next = billingPeriod(desired, to).to
  return desired.endsAt === null ? next : latest(to, earliest(next, desired.endsAt))
}

/** A stretch cut where versions of an item begin and end. */
function cut(whole: Period, versions: readonly Version[]): { period: Period; version: Version | null }[] {
  const edges = versions.flatMap(({ from, to }) => (to === null ? [from] : [from, to]))
  const inside = edges.filter((edge) => edge > whole.from && edge < whole.to)
  const all = [...new Set([whole.from, ...inside, whole.to])].sort()
  return all.slice(1).map((to, index) => {
    const from = all[index] ?? to
    const version = versions.findLast((one) => one.from <= from && (one.to === null || one.to > from))
    return { period: { from, to }, version: version ?? null }
  })
}

function feesOf(
  desired: Desired,
  card: FlatCard,
  gap: Period,
  version: Version | null,
  invoiceAt: Instant,
): PendingLine[] {
  const { currency } = desired.customer
  const lines: PendingLine[] = []
  for (let from = gap.from; from < gap.to; ) {
    const whole = billingPeriod(desired, from)
    const period = { from, to: earliest(whole.to, gap.to) }
    const owed = share(card, currency, whole, period)
    const missing = owed - (version === null ? 0n : share(version, currency, whole, period))
    const amount = toMajor({ amount: missing, currency })
    if (missing > 0n) lines.push({ key: keyOf(card, period.from), card, period, invoiceAt, amount })
    from = period.to
  }
  return lines
}

function share(fee: Pick<FlatCard, 'amount' | 'discount'>, currency: Currency, whole: Period, part: Period): bigint {
  return prorated(fromMajor(decimal(fee.amount), currency, 'half_away_from_zero'), whole, part, fee.discount).amount
}

/**
 * The share of a period's price for a part of it, less a discount in per cent: what is left to the end of the period,
 * before less after, so that the parts sum.
 */
export function prorated(price: Money, whole: Period, part: Period, discount = '0'): Money {
  const left = addDecimals(decimal('100'), negateDecimal(decimal(discount)))
  const toEnd = (from: Instant) => {
    const gross = divide(
      price.amount * BigInt(msBetween(from, whole.to)),
      BigInt(msBetween(whole.from, whole.to)),
      'half_away_from_zero',
    )
    return toInteger(multiplyDecimals({ units: gross, scale: 2 }, left), 'half_away_from_zero')
  }
  return { amount: toEnd(part.from) - toEnd(part.to), currency: price.currency }
}

// A one-time fee or usage of a line that went before OpenMeter knew of it.
function unknownToOpenMeter(desired: Desired, { card, from, to }: Sold, now: Instant): PendingLine[] {
  if (card.kind === 'flat' && card.cadence !== null) return []
  const period = { from, to: latest(from, to ?? now) }
  if (period.from >= period.to) return []
  const amount = card.kind === 'flat' ? onceAmount(desired, card, period) : null
  return [{ key: keyOf(card, from), card, period, invoiceAt: now, amount }]
}

function onceAmount({ customer: { currency } }: Desired, card: FlatCard, period: Period): string {
  return toMajor({ amount: share(card, currency, period, period), currency })
}

function billedOf(sold: readonly Sold[], versions: Versions, unknown: readonly Sold[]): Coverage['billed'] {
  const lineOf = new Map(sold.map(({ card }) => [card.key, card.lineId]))
  const known = [...versions].flatMap(([key, list]) => {
    const lineId = lineOf.get(key)
    return lineId === undefined ? [] : billedBy(lineId, list)
  })
  const beside = unknown.flatMap(({ card: { key, lineId } }) => {
    const own = unknown.filter(({ card }) => card.key === key)
    return billedBy(
      lineId,
      own.map(({ card, from, to }) => ({ from, to, bought: card.bought })),
    )
  })
  return new Map([...beside, ...known])
}

type Life = Pick<Version, 'from' | 'to' | 'bought'>

function billedBy(lineId: Id<'contractLine'>, lives: readonly Life[]): [Id<'contractLine'>, Billed][] {
  const [first, last] = [lives[0], lives.at(-1)]
  if (first === undefined || last === undefined) return []
  return [[lineId, { from: first.from, until: last.to, bought: last.bought, pauses: pausesOf(lives) }]]
}

// Between two versions of an item; and what a new buyer had before OpenMeter heard of it, which the old one must not pay.
function pausesOf(lives: readonly Life[]): Pause[] {
  return lives.flatMap(({ from, bought }, index) => {
    const before = lives[index - 1]
    if (before === undefined || before.to === null) return []
    const passed = before.bought?.by !== bought?.by && bought !== null ? bought.since : from
    const end = earliest(before.to, passed)
    if (end >= from) return []
    const passedOn = before.to === from ? { passed: true } : {}
    return [{ from: latest(before.from, end), to: from, ...passedOn }]
  })
}

function billingPeriod({ billingAnchor, cadence }: Desired, at: Instant): Period {
  return periodAt(billingAnchor, cadence, at)
}

function keyOf(card: RateCard, from: Instant): string {
  return `${card.lineId}:${from}`
}
