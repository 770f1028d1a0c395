import type { Instant } from '@draupnir/time'
import type { RateCard } from './cards.ts'

/** What is sold from a moment until the next one. */
export interface Agreed {
  readonly from: Instant
  readonly cards: readonly RateCard[]
}

/** One card while nothing about it changes; `to` is null while that goes on. */
export interface Sold {
  readonly card: RateCard
  readonly from: Instant
  readonly to: Instant | null
}

/** The history with what is sold from `from` on; of two states of one moment the later counts. */
export function withAgreed(history: readonly Agreed[], next: Agreed): Agreed[] {
  return [...history.filter(({ from }) => from < next.from), next]
}

/** Each card over time, an end that is agreed included. */
export function soldBy(history: readonly Agreed[], endsAt: Instant | null): Sold[] {
  return history.flatMap(({ from, cards }, index) => {
    const to = history[index + 1]?.from ?? endsAt
    return to !== null && to <= from ? [] : cards.map((card) => ({ card, from, to }))
  })
}
