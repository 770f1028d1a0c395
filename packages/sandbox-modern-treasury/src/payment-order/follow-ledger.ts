import type ModernTreasury from 'modern-treasury'
import { invalid } from '../api/errors.ts'
import type { Unit } from '../api/unit.ts'
import { publish } from '../event/publish.ts'
import { createLedgerTransaction } from '../ledger-transaction/create-ledger-transaction.ts'
import { inputsOf } from '../ledger-transaction/entries.ts'
import type { CreateLedgerTransaction } from '../ledger-transaction/ledger-transaction.schema.ts'
import { moveLedgerTransaction } from '../ledger-transaction/update-ledger-transaction.ts'
import type { PaymentOrderBody } from '../store/bodies.ts'
import { find, load, lock, save } from '../store/resource.ts'

type Link = { readonly ledgerable_type: 'payment_order'; readonly ledgerable_id: string }

/** Writes the transaction a new order brings along, or takes over a pending one; null when it has neither. */
export async function linkLedgerTransaction(
  unit: Unit,
  orderId: string,
  inline: CreateLedgerTransaction | undefined,
  existingId: string | undefined,
): Promise<string | null> {
  const link: Link = { ledgerable_type: 'payment_order', ledgerable_id: orderId }
  if (inline && existingId) invalid('ledger_transaction_id', 'Give either ledger_transaction or ledger_transaction_id')
  if (inline) return (await createLedgerTransaction(unit, { ...inline, status: 'pending', ...link })).id
  if (existingId === undefined) return null
  const found = await find(unit, 'ledger_transaction', existingId, true)
  if (!found) return invalid('ledger_transaction_id', 'The ledger transaction could not be found')
  if (found.body.status !== 'pending' || found.body.ledgerable_id !== null) {
    invalid('ledger_transaction_id', 'The ledger transaction must be pending and linked to nothing else')
  }
  return (await save(unit, 'ledger_transaction', { ...found.body, ...link })).id
}

/** The linked transaction is posted when the order completes and archived when it never will. */
export async function followPaymentOrder(
  unit: Unit,
  order: PaymentOrderBody,
  status: 'posted' | 'archived',
): Promise<void> {
  if (order.ledger_transaction_id === null) return
  const { body } = await lock(unit, 'ledger_transaction', order.ledger_transaction_id)
  if (body.status !== 'pending') return
  await publish(unit, 'ledger_transaction', status, await moveLedgerTransaction(unit, body, status))
}

/** A second draft gets a pending transaction of its own, equal to the first. */
export async function redraftLedgerTransaction(unit: Unit, order: PaymentOrderBody): Promise<string | null> {
  if (order.ledger_transaction_id === null) return null
  const { body } = await load(unit, 'ledger_transaction', order.ledger_transaction_id)
  const again: ModernTreasury.LedgerTransaction = await createLedgerTransaction(unit, {
    description: body.description,
    status: 'pending',
    metadata: body.metadata,
    ledger_entries: inputsOf(body.ledger_entries),
    ledgerable_type: 'payment_order',
    ledgerable_id: order.id,
  })
  return again.id
}
