import type { Id } from '@draupnir/ids'
import { type Instant, instant, MINUTE_MS, msBetween, type Period } from '@draupnir/time'

/** A buyer of a contract, from a moment until the next one's. */
export interface Buyer {
  readonly from: Instant
  readonly buyer_id: Id<'party'>
}

/** What one buyer had of a period. */
export interface Tenure {
  readonly buyerId: Id<'party'>
  readonly period: Period
}

// A transfer reaches OpenMeter moments after it happened: what a line runs on for so long is left with the buyer it began with.
const LAG_MS = 2 * MINUTE_MS

/** The buyers of a contract once `next` is known; the same buyer again changes nothing. */
export function buyersAfter(known: readonly Buyer[], next: Buyer): readonly Buyer[] {
  return known.at(-1)?.buyer_id === next.buyer_id ? known : [...known, next]
}

/** A period cut where the contract passed to another buyer; a transfer at its very end is of the next period. */
export function tenuresOf(buyers: readonly Buyer[], period: Period): Tenure[] {
  const [first, ...later] = [...before(buyers, period.from), ...within(buyers, period)]
  if (first === undefined) return []
  const starts = [period.from, ...later.map(({ from }) => from)]
  return [first, ...later].map(({ buyer_id }, index) => {
    const [from, to] = [starts[index] ?? period.from, starts[index + 1] ?? period.to]
    return { buyerId: buyer_id, period: { from, to } }
  })
}

// Whoever had it as the period began; the first buyer also of what is from before anybody bought.
function before(buyers: readonly Buyer[], at: Instant): readonly Buyer[] {
  const had = buyers.findLast(({ from }) => wholeSecond(from) <= at) ?? buyers[0]
  return had === undefined ? [] : [had]
}

// Whoever passed it on in the moment they got it had none of it.
function within([, ...later]: readonly Buyer[], { from, to }: Period): readonly Buyer[] {
  const lasting = later.filter((buyer, index) => later[index + 1]?.from !== buyer.from)
  return lasting.filter((buyer) => wholeSecond(buyer.from) > from && msBetween(buyer.from, to) > LAG_MS)
}

// OpenMeter cuts the periods of lines to seconds.
function wholeSecond(at: Instant): Instant {
  return instant(`${at.slice(0, 19)}Z`)
}
