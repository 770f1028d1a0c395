import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { ContractLine } from '@draupnir/wire'

/** When a line began by the contract, and from when on OpenMeter bills it (null: not yet). */
export interface LineTime {
  readonly starts_at: Instant
  readonly billed_from: Instant | null
}

export type LineTimes = Readonly<Record<Id<'contractLine'>, LineTime>>

/** The times with lines not seen before, which begin at `startsAt`. */
export function withLines(times: LineTimes, lines: readonly ContractLine[], startsAt: Instant): LineTimes {
  const fresh = lines.filter(({ id }) => times[id] === undefined)
  return { ...times, ...Object.fromEntries(fresh.map(({ id }) => [id, { starts_at: startsAt, billed_from: null }])) }
}

/** The times with what OpenMeter was found to bill. */
export function withBilled(times: LineTimes, billedFrom: ReadonlyMap<Id<'contractLine'>, Instant>): LineTimes {
  const told = [...billedFrom].map(([id, at]) => [id, { starts_at: times[id]?.starts_at ?? at, billed_from: at }])
  return { ...times, ...Object.fromEntries(told) }
}

/** From when on OpenMeter bills each line that it bills at all. */
export function billedLines(times: LineTimes): Map<Id<'contractLine'>, Instant> {
  const ids = Object.keys(times) as Id<'contractLine'>[]
  return new Map(ids.flatMap((id) => (times[id]?.billed_from ? [[id, times[id].billed_from] as const] : [])))
}
