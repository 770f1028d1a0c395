import { earliest, type Instant } from '@draupnir/time'
import type { Service } from '../usage/usage.ts'

/** Time, open-ended while `to` is null. */
export interface Touched {
  readonly from: Instant
  readonly to: Instant | null
}

export function servesAt(serves: readonly Service[], at: Instant): boolean {
  return serves.some(({ from, until }) => from <= at && (until === null || until > at))
}

/** What held before `since`, and what holds from then on; neighbours become one. */
export function replaced(serves: readonly Service[], since: Instant, next: readonly Service[]): Service[] {
  const before = serves
    .filter(({ from }) => from < since)
    .map(({ from, until }) => ({ from, until: until === null ? since : earliest(until, since) }))
  const joined: Service[] = []
  for (const one of [...before, ...next]) {
    const last = joined.at(-1)
    if (last !== undefined && last.until === one.from) joined.splice(-1, 1, { from: last.from, until: one.until })
    else joined.push(one)
  }
  return joined
}

/** The time in which one of the two serves and the other does not. */
export function difference(before: readonly Service[], after: readonly Service[]): Touched[] {
  const edges = [...before, ...after].flatMap(({ from, until }) => (until === null ? [from] : [from, until]))
  const sorted = [...new Set(edges)].sort()
  return sorted.flatMap((from, index) => {
    if (servesAt(before, from) === servesAt(after, from)) return []
    return [{ from, to: sorted[index + 1] ?? null }]
  })
}

/** A stretch of service within `from` and `until`; nothing when it is empty. */
export function stretch(from: Instant, to: Instant | null, until: Instant | null): Service[] {
  const end = to === null || until === null ? (to ?? until) : earliest(to, until)
  return end !== null && end <= from ? [] : [{ from, until: end }]
}
