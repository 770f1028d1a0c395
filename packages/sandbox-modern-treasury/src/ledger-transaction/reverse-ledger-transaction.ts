import type ModernTreasury from 'modern-treasury'
import type { z } from 'zod'
import { invalid } from '../api/errors.ts'
import type { Unit } from '../api/unit.ts'
import { lock, save } from '../store/resource.ts'
import { createLedgerTransaction } from './create-ledger-transaction.ts'
import { inputsOf } from './entries.ts'
import type { ReverseLedgerTransaction } from './ledger-transaction.schema.ts'

/** Writes the opposite of a posted transaction, once. */
export async function reverseLedgerTransaction(
  unit: Unit,
  input: z.infer<typeof ReverseLedgerTransaction>,
  id: string,
): Promise<ModernTreasury.LedgerTransaction> {
  const { body } = await lock(unit, 'ledger_transaction', id)
  if (body.status !== 'posted') invalid('id', 'Only a posted ledger transaction can be reversed')
  if (body.reversed_by_ledger_transaction_id !== null) invalid('id', 'The ledger transaction is reversed already')
  const opposite = {
    ...input,
    effective_at: input.effective_at ?? body.effective_at,
    ledger_entries: inputsOf(body.ledger_entries, true),
  }
  const reversal = await createLedgerTransaction(unit, opposite, { reverses_ledger_transaction_id: id })
  await save(unit, 'ledger_transaction', { ...body, reversed_by_ledger_transaction_id: reversal.id })
  return reversal
}
