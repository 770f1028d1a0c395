import type ModernTreasury from 'modern-treasury'
import type { z } from 'zod'
import { invalid } from '../api/errors.ts'
import type { Unit } from '../api/unit.ts'
import { lock } from '../store/resource.ts'
import { createLedgerTransaction } from './create-ledger-transaction.ts'
import { inputsOf } from './entries.ts'
import type { PartiallyPost } from './ledger-transaction.schema.ts'
import { moveLedgerTransaction } from './update-ledger-transaction.ts'

/** Posts a part of a pending transaction as one of its own; the rest stays pending. */
export async function partiallyPost(
  unit: Unit,
  input: z.infer<typeof PartiallyPost>,
  id: string,
): Promise<ModernTreasury.LedgerTransaction> {
  const { body } = await lock(unit, 'ledger_transaction', id)
  if (body.status !== 'pending') invalid('id', 'Only a pending ledger transaction can be posted in part')
  const left = [...input.posted_ledger_entries]
  const rest = inputsOf(body.ledger_entries).map((entry) => {
    const index = left.findIndex(
      (part) => part.ledger_account_id === entry.ledger_account_id && part.direction === entry.direction,
    )
    const [part] = index < 0 ? [] : left.splice(index, 1)
    if (part === undefined || part.amount > entry.amount) {
      return invalid('posted_ledger_entries', 'There must be one entry for each existing one, with a lesser amount')
    }
    return { ...entry, amount: entry.amount - part.amount }
  })
  if (left.length > 0) invalid('posted_ledger_entries', 'There are more entries than the pending transaction has')
  await moveLedgerTransaction(unit, body, 'pending', rest)
  const posted = {
    description: input.description ?? null,
    status: 'posted' as const,
    metadata: input.metadata,
    effective_at: input.effective_at ?? body.effective_at,
    ledger_entries: input.posted_ledger_entries,
  }
  return createLedgerTransaction(unit, posted, { partially_posts_ledger_transaction_id: id })
}
