import type { Id } from '@draupnir/ids'
import { type Instant, latest } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'

/** Between two versions of an item: nothing is billed from `from` until `to`. */
export interface Pause {
  readonly from: Instant
  readonly to: Instant
}

/** From when on OpenMeter bills an item, and when it paused. */
export interface Billed {
  readonly from: Instant
  readonly pauses: readonly Pause[]
}

export interface LineTime {
  /** From when on the mirror has to bill the line: when it was agreed, if that was for the past. */
  readonly starts_at: Instant
  /** Null: not yet. */
  readonly billed_from: Instant | null
  readonly pauses?: readonly Pause[]
  /** Agreed for the past: what is owed for before `starts_at`, a one-time fee with it, is told by `contract.corrected`. */
  readonly late?: boolean
}

export type LineTimes = Readonly<Record<Id<'contractLine'>, LineTime>>

/** The times with the lines of a contract not seen before, which are in force since `begunAt`. */
export function withLines(times: LineTimes, { lines, activated_at }: ContractState, begunAt: Instant): LineTimes {
  const fresh = lines.filter(({ id }) => times[id] === undefined)
  const told = fresh.map(({ id, added_at }) => {
    const agreedFor = latest(activated_at ?? begunAt, added_at ?? begunAt)
    const late = agreedFor < begunAt ? { late: true } : {}
    return [id, { starts_at: begunAt, billed_from: null, ...late }]
  })
  return { ...times, ...Object.fromEntries(told) }
}

/** The times with what OpenMeter was found to bill. */
export function withBilled(times: LineTimes, billed: ReadonlyMap<Id<'contractLine'>, Billed>): LineTimes {
  const told = [...billed].map(([id, { from, pauses }]) => {
    return [id, { ...times[id], starts_at: times[id]?.starts_at ?? from, billed_from: from, pauses }]
  })
  return { ...times, ...Object.fromEntries(told) }
}

/** When OpenMeter bills each line that it bills at all. */
export function billedLines(times: LineTimes): Map<Id<'contractLine'>, Billed> {
  const ids = Object.keys(times) as Id<'contractLine'>[]
  return new Map(
    ids.flatMap((id) => {
      const from = times[id]?.billed_from
      return from ? [[id, { from, pauses: times[id]?.pauses ?? [] }] as const] : []
    }),
  )
}
