import type { Db } from '@draupnir/db'
import { Transient } from '@draupnir/errors'
import { type Check, checkOf, type Finding } from '@draupnir/service'
import type { Bank } from '../modern-treasury/client.ts'

type Source = Pick<Db, 'sql'>

/** A pay-in or payout with what we believe of its payment order. */
interface Ours {
  readonly id: string
  readonly payment_order_id: string | null
  readonly amount: bigint
  readonly direction: 'debit' | 'credit'
  readonly done: boolean
}

interface Theirs {
  readonly id: string
  readonly amount: number
  readonly direction: string
  readonly status: string
  readonly reconciliation_status: string
  readonly metadata: Readonly<Record<string, string>>
}

/** The bank's truth equals ours: each payment order there is one pay-in or payout here, and the other way round. */
export async function verify({ db, bank }: { readonly db: Source; readonly bank: Bank }): Promise<readonly Check[]> {
  const [ours, theirs] = await Promise.all([ourOrders(db), theirOrders(bank)])
  const byId = new Map(ours.map((order) => [order.id, order]))
  const mine = theirs.filter(({ metadata }) => metadata.draupnir_id !== undefined)
  return [
    checkOf(
      'payout.bank-orders-known',
      mine.flatMap((order) => unknownHere(order, byId)),
    ),
    checkOf('payout.bank-orders-once', doubled(mine)),
    checkOf(
      'payout.orders-at-bank',
      ours.flatMap((order) => missingThere(order, theirs)),
    ),
    checkOf(
      'payout.done-as-bank-says',
      mine.flatMap((order) => doneDiffers(order, byId)),
    ),
  ]
}

function ourOrders({ sql }: Source): Promise<Ours[]> {
  return sql<Ours[]>`
    select id, payment_order_id, amount, 'debit' as direction, state = 'cleared' as done from pay_ins
    union all
    select id, payment_order_id, amount, 'credit', state = 'settled' from payouts`
}

async function theirOrders({ mt }: Bank): Promise<Theirs[]> {
  const orders: Theirs[] = []
  try {
    for await (const order of mt.paymentOrders.list({ per_page: 100 })) orders.push(order)
  } catch (cause) {
    throw new Transient('modern-treasury.unavailable', 'Modern Treasury does not list its payment orders', { cause })
  }
  return orders
}

function unknownHere(order: Theirs, ours: ReadonlyMap<string, Ours>): Finding[] {
  const row = `payment order ${order.id}`
  const own = ours.get(order.metadata.draupnir_id ?? '')
  if (own === undefined) return [{ row, detail: `is of ${order.metadata.draupnir_id}, which does not exist` }]
  if (own.amount !== BigInt(order.amount))
    return [{ row, detail: `moves ${order.amount}, ${own.id} says ${own.amount}` }]
  if (own.direction !== order.direction)
    return [{ row, detail: `is a ${order.direction}, ${own.id} is a ${own.direction}` }]
  return []
}

function doubled(theirs: readonly Theirs[]): Finding[] {
  const seen = new Map<string, string>()
  return theirs.flatMap((order) => {
    const ourId = order.metadata.draupnir_id ?? ''
    const first = seen.get(ourId)
    seen.set(ourId, order.id)
    return first === undefined
      ? []
      : [{ row: `payment order ${order.id}`, detail: `${ourId} is at the bank twice, also as ${first}` }]
  })
}

function missingThere(order: Ours, theirs: readonly Theirs[]): Finding[] {
  if (order.payment_order_id === null || theirs.some(({ id }) => id === order.payment_order_id)) return []
  return [{ row: order.id, detail: `payment order ${order.payment_order_id} is not at the bank` }]
}

function doneDiffers(order: Theirs, ours: ReadonlyMap<string, Ours>): Finding[] {
  const own = ours.get(order.metadata.draupnir_id ?? '')
  const done = order.status === 'completed' && order.reconciliation_status === 'reconciled'
  if (own === undefined || own.payment_order_id !== order.id || own.done === done) return []
  return [
    {
      row: own.id,
      detail: `the bank says ${order.status}, ${order.reconciliation_status}; we say ${own.done ? 'done' : 'not done'}`,
    },
  ]
}
