import type ModernTreasury from 'modern-treasury'
import { ApiError, invalid } from '../api/errors.ts'
import { mergeMetadata } from '../api/fields.ts'
import { timestamp, type Unit } from '../api/unit.ts'
import { lock, save } from '../store/resource.ts'
import { microseconds } from './create-ledger-transaction.ts'
import { demandBalanced, inputsOf, lockAccounts, rewriteEntries } from './entries.ts'
import type { LedgerEntryInput, UpdateLedgerTransaction } from './ledger-transaction.schema.ts'
import { keepVersion } from './version.ts'

type LedgerTransaction = ModernTreasury.LedgerTransaction

/** Changes a pending transaction, posts or archives it; one that is done takes only metadata. */
export async function updateLedgerTransaction(
  unit: Unit,
  input: UpdateLedgerTransaction,
  id: string,
): Promise<LedgerTransaction> {
  const { body } = await lock(unit, 'ledger_transaction', id)
  const labelled = { ...body, metadata: mergeMetadata(body.metadata, input.metadata) }
  const moves = input.status !== undefined && input.status !== body.status
  if (body.status !== 'pending') {
    const more = input.ledger_entries ?? input.effective_at ?? input.description
    if (moves || more !== undefined) refuseDone()
    return keepVersion(unit, await save(unit, 'ledger_transaction', labelled))
  }
  if (moves && body.ledgerable_id !== null) {
    invalid('status', 'The status of a linked ledger transaction follows what it is linked to')
  }
  const described: LedgerTransaction = {
    ...labelled,
    description: input.description === undefined ? body.description : input.description,
    effective_at: input.effective_at === undefined ? body.effective_at : microseconds(input.effective_at),
  }
  const dated = { ...described, effective_date: described.effective_at.slice(0, 10) }
  return moveLedgerTransaction(unit, dated, input.status ?? 'pending', input.ledger_entries)
}

/** Gives a pending transaction its new entries and status: posting writes entries anew, archiving takes them away. */
export async function moveLedgerTransaction(
  unit: Unit,
  transaction: LedgerTransaction,
  status: LedgerTransaction['status'],
  replacement?: readonly LedgerEntryInput[],
): Promise<LedgerTransaction> {
  const old = transaction.ledger_entries
  const wanted = replacement ?? inputsOf(old)
  const named = [...old, ...wanted].map((entry) => entry.ledger_account_id)
  const accounts = await lockAccounts(unit, named)
  demandBalanced(accounts, wanted)
  const occasion = { transactionId: transaction.id, effectiveAt: transaction.effective_at }
  if (status === 'archived') {
    await rewriteEntries(unit, accounts, old, [], { ...occasion, status: 'pending' })
    const archived = old.map((entry) => ({ ...entry, status, discarded_at: timestamp(unit.now) }))
    return keepVersion(
      unit,
      await save(unit, 'ledger_transaction', { ...transaction, status, ledger_entries: archived }),
    )
  }
  const same = status === 'pending' && replacement === undefined
  const saved = await save(unit, 'ledger_transaction', {
    ...transaction,
    status,
    posted_at: status === 'posted' ? timestamp(unit.now) : null,
    ledger_entries: same ? old : await rewriteEntries(unit, accounts, old, wanted, { ...occasion, status }),
  })
  return keepVersion(unit, saved)
}

function refuseDone(): never {
  const message = 'The ledger transaction may not be updated once it is posted'
  throw new ApiError(422, 'parameter_invalid', message, 'ledger_transaction')
}
