import type { Finding } from '@draupnir/service'
import { type BankStatement, standingOf } from '../payment-order/payment-order.ts'

export type { Finding }

/** A pay-in or payout with what we believe of its payment order. */
export interface Ours {
  readonly id: string
  readonly payment_order_id: string | null
  readonly amount: bigint
  readonly direction: 'debit' | 'credit'
  readonly done: boolean
}

/** A payment order of ours as the bank has it. */
export interface Theirs extends BankStatement {
  readonly id: string
  readonly amount: number
  readonly direction: string
  readonly metadata: Readonly<Record<string, string>>
}

/** Orders at the bank that move another amount than we say, or nothing we know. */
export function unknownHere(theirs: readonly Theirs[], ours: readonly Ours[]): Finding[] {
  const byId = byOurId(ours)
  return theirs.flatMap((order) => {
    const row = `payment order ${order.id}`
    const own = byId.get(ourIdOf(order))
    if (own === undefined) return [{ row, detail: `is of ${ourIdOf(order)}, which does not exist` }]
    if (own.amount !== BigInt(order.amount))
      return [{ row, detail: `moves ${order.amount}, ${own.id} says ${own.amount}` }]
    if (own.direction !== order.direction)
      return [{ row, detail: `is a ${order.direction}, ${own.id} is a ${own.direction}` }]
    return []
  })
}

/** Orders beyond the first for one pay-in or payout: money that moves twice. */
export function doubled(theirs: readonly Theirs[]): Finding[] {
  const first = new Map<string, string>()
  return theirs.flatMap((order) => {
    const ourId = ourIdOf(order)
    const earlier = first.get(ourId)
    first.set(ourId, earlier ?? order.id)
    return earlier === undefined
      ? []
      : [{ row: `payment order ${order.id}`, detail: `${ourId} is at the bank twice, also as ${earlier}` }]
  })
}

/** Orders we believe in that the bank does not have. */
export function missingThere(ours: readonly Ours[], theirs: readonly Theirs[]): Finding[] {
  const known = new Set(theirs.map(({ id }) => id))
  return ours.flatMap(({ id, payment_order_id: orderId }) =>
    orderId === null || known.has(orderId) ? [] : [{ row: id, detail: `payment order ${orderId} is not at the bank` }],
  )
}

/** Pay-ins and payouts that are done in one place and not in the other. */
export function doneDiffers(theirs: readonly Theirs[], ours: readonly Ours[]): Finding[] {
  const byId = byOurId(ours)
  return theirs.flatMap((order) => {
    const own = byId.get(ourIdOf(order))
    const done = standingOf(order).kind === 'executed'
    if (own === undefined || own.payment_order_id !== order.id || own.done === done) return []
    const said = `the bank says ${order.status}, ${order.reconciliation_status}`
    return [{ row: own.id, detail: `${said}; we say ${own.done ? 'done' : 'not done'}` }]
  })
}

function ourIdOf(order: Theirs): string {
  return order.metadata.draupnir_id ?? ''
}

function byOurId(ours: readonly Ours[]): ReadonlyMap<string, Ours> {
  return new Map(ours.map((order) => [order.id, order]))
}
