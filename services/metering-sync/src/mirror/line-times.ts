import type { Id } from '@draupnir/ids'
import { type Instant, latest } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import type { Bought } from './cards.ts'

/** Between two versions of an item: what is used from `from` until `to` counts at `to`. */
export interface Pause {
  readonly from: Instant
  readonly to: Instant
  /** The item went on, for the buyer before: OpenMeter heard of the transfer late. */
  readonly passed?: boolean
}

/** From when until when OpenMeter bills an item, to whom in the end, and when it paused. */
export interface Billed {
  readonly from: Instant
  /** Null: it goes on. */
  readonly until: Instant | null
  readonly bought: Bought | null
  readonly pauses: readonly Pause[]
}

export interface LineTime {
  /** From when on the mirror has to bill the line: when it was agreed, if that was for the past. */
  readonly starts_at: Instant
  /** Null: not yet. */
  readonly billed_from: Instant | null
  readonly billed_until?: Instant | null
  readonly bought?: Bought | null
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
  const told = [...billed].map(([id, { from, until, bought, pauses }]) => {
    const known = { ...times[id], starts_at: times[id]?.starts_at ?? from }
    return [id, { ...known, billed_from: from, billed_until: until, bought, pauses }]
  })
  return { ...times, ...Object.fromEntries(told) }
}

/** When OpenMeter bills each line that it bills at all. */
export function billedLines(times: LineTimes): Map<Id<'contractLine'>, Billed> {
  const ids = Object.keys(times) as Id<'contractLine'>[]
  return new Map(
    ids.flatMap((id) => {
      const time = times[id]
      if (!time?.billed_from) return []
      const { billed_from: from, billed_until: until = null, bought = null, pauses = [] } = time
      return [[id, { from, until, bought, pauses }] as const]
    }),
  )
}
