import type { Id } from '@draupnir/ids'
import type { Instant, Period } from '@draupnir/time'
import type { ContractState, EditData } from '@draupnir/wire'
import type { Service } from '../usage/usage.ts'
import { difference, replaced, stretch, type Touched } from './serves.ts'

/** A device serves a line while the contract is active and the line has the device. */
export interface Assignment {
  readonly lineId: Id<'contractLine'>
  readonly deviceId: Id<'device'>
  readonly contractId: Id<'contract'>
  /** Whether the line is paid by usage. */
  readonly metered: boolean
  /** In order, apart from each other. */
  readonly serves: readonly Service[]
}

export interface Reassignment {
  readonly assignment: Assignment
  /** The time in which the device now serves the line, or no longer does. */
  readonly touched: readonly Touched[]
}

/** Who serves a contract from a moment on. */
export type Serving = EditData['serving'][number]

/** The contract as it is said to be since `begunAt`, and who served it before that where an edit changed the past. */
export interface Told {
  readonly contract: ContractState
  readonly begunAt: Instant
  readonly past: readonly Serving[]
}

/** What changes when a contract says who serves it. */
export function reassign({ contract, begunAt, past }: Told, known: readonly Assignment[]): Reassignment[] {
  const history = [...past.filter(({ from }) => from < begunAt), { from: begunAt, lines: servingOf(contract) }]
  const since = history[0]?.from ?? begunAt
  const before = new Map(known.map((assignment) => [keyOf(assignment), assignment]))
  const pairs = new Map([...known, ...pairsOf(contract, history)].map((pair) => [keyOf(pair), pair]))
  return [...pairs].flatMap(([key, { lineId, deviceId, metered }]): Reassignment[] => {
    const old = before.get(key)
    const next = history.flatMap(({ from, lines }, index) => {
      const serves = lines.some((line) => line.line_id === lineId && line.device_ids.includes(deviceId))
      const to = history[index + 1]?.from ?? null
      return serves ? stretch(from, to, to === null ? contract.ends_at : null) : []
    })
    const serves = replaced(old?.serves ?? [], since, next)
    const touched = difference(old?.serves ?? [], serves)
    if (touched.length === 0) return []
    const assignment = { lineId, deviceId, contractId: contract.id, metered: old?.metered ?? metered, serves }
    return [{ assignment, touched }]
  })
}

/** The touched time as far as it is certain. */
export function certain(touched: Touched, certainUntil: Instant): Period | null {
  const to = touched.to === null || touched.to > certainUntil ? certainUntil : touched.to
  return touched.from < to ? { from: touched.from, to } : null
}

// Nobody serves a draft, a trial that is not metered, a contract that rests, or one that has ended.
function servingOf({ lifecycle, lines }: ContractState): Serving['lines'] {
  if (lifecycle !== 'active') return []
  return lines.map(({ id, device_ids }) => ({ line_id: id, device_ids }))
}

// A line of the past that is gone was of usage unless it is known otherwise: no usage was metered under another price.
function pairsOf(contract: ContractState, history: readonly Serving[]) {
  const flat = new Set(contract.lines.flatMap(({ id, price }) => (price.type === 'usage' ? [] : [id])))
  return history.flatMap(({ lines }) =>
    lines.flatMap(({ line_id: lineId, device_ids }) =>
      device_ids.map((deviceId) => ({ lineId, deviceId, metered: !flat.has(lineId) })),
    ),
  )
}

function keyOf({ lineId, deviceId }: Pick<Assignment, 'lineId' | 'deviceId'>): string {
  return `${lineId} ${deviceId}`
}
