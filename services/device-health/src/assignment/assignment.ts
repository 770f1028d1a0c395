import { required } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { type Instant, latest, type Period } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'

/** A device serves a line from its activation or addition until the contract ends. */
export interface Assignment {
  readonly lineId: Id<'contractLine'>
  readonly deviceId: Id<'device'>
  readonly contractId: Id<'contract'>
  /** Whether the line is paid by usage. */
  readonly metered: boolean
  readonly from: Instant
  readonly until: Instant | null
}

export interface Reassignment {
  readonly assignment: Assignment
  /** The time in which the device serves the line, or no longer does; open-ended while `to` is null. */
  readonly touched: { readonly from: Instant; readonly to: Instant | null }
}

/** What changes when a contract, in the state an edit left it in, says who serves it. Drafts assign nothing. */
export function reassign(contract: ContractState, effectiveAt: Instant, known: readonly Assignment[]): Reassignment[] {
  if (contract.activated_at === null) return []
  const from = latest(contract.activated_at, effectiveAt)
  const until = contract.ends_at
  const before = new Map(known.map((assignment) => [keyOf(assignment), assignment]))
  return contract.lines.flatMap((line) =>
    line.device_ids.flatMap((deviceId): Reassignment[] => {
      const old = before.get(keyOf({ lineId: line.id, deviceId }))
      if (old === undefined) {
        const metered = line.price.type === 'usage'
        const assignment = { lineId: line.id, deviceId, contractId: contract.id, metered, from, until }
        return [{ assignment, touched: { from, to: until } }]
      }
      if (old.until === until) return []
      return [{ assignment: { ...old, until }, touched: between(old.until, until) }]
    }),
  )
}

/** The touched time as far as it is certain. */
export function certain(touched: Reassignment['touched'], certainUntil: Instant): Period | null {
  const to = touched.to === null || touched.to > certainUntil ? certainUntil : touched.to
  return touched.from < to ? { from: touched.from, to } : null
}

// An end is moved, set, or taken away.
function between(before: Instant | null, after: Instant | null): Reassignment['touched'] {
  if (before !== null && after !== null)
    return before < after ? { from: before, to: after } : { from: after, to: before }
  return { from: required(before ?? after, 'an end that changed'), to: null }
}

function keyOf({ lineId, deviceId }: Pick<Assignment, 'lineId' | 'deviceId'>): string {
  return `${lineId} ${deviceId}`
}
