import type { Id } from '@draupnir/ids'
import type { Instant, Period } from '@draupnir/time'

/** A buyer of a contract, from a moment until the next one's. */
export interface Buyer {
  readonly from: Instant
  readonly buyer_id: Id<'party'>
}

/** The buyers of a contract once `next` is known; the same buyer again changes nothing. */
export function buyersAfter(known: readonly Buyer[], next: Buyer): readonly Buyer[] {
  return known.at(-1)?.buyer_id === next.buyer_id ? known : [...known, next]
}

/** Who owes a period: whoever bought last within it. A transfer at its very end is of the next period. */
export function buyerOf(buyers: readonly Buyer[], period: Period): Id<'party'> | null {
  const within = buyers.filter(({ from }) => from < period.to)
  return (within.at(-1) ?? buyers[0])?.buyer_id ?? null
}
