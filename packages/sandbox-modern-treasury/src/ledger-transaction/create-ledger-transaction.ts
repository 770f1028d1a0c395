import type ModernTreasury from 'modern-treasury'
import { invalid } from '../api/errors.ts'
import { mergeMetadata } from '../api/fields.ts'
import { base, timestamp, type Unit } from '../api/unit.ts'
import { publish } from '../event/publish.ts'
import { findWhere, insert } from '../store/resource.ts'
import { demandBalanced, lockAccounts, rewriteEntries } from './entries.ts'
import type { CreateLedgerTransaction } from './ledger-transaction.schema.ts'
import { keepVersion } from './version.ts'

type LedgerTransaction = ModernTreasury.LedgerTransaction

/** Writes a balanced set of entries, as a whole or not at all. */
export async function createLedgerTransaction(
  unit: Unit,
  input: CreateLedgerTransaction,
  links: Partial<
    Pick<LedgerTransaction, 'reverses_ledger_transaction_id' | 'partially_posts_ledger_transaction_id'>
  > = {},
): Promise<LedgerTransaction> {
  const accounts = await lockAccounts(
    unit,
    input.ledger_entries.map((entry) => entry.ledger_account_id),
  )
  const ledgerId = demandBalanced(accounts, input.ledger_entries)
  await claimInLedger(unit, ledgerId, input.external_id)
  const heading = base(unit, 'ledger_transaction')
  const effectiveAt = microseconds(input.effective_at ?? input.effective_date ?? unit.now)
  const occasion = { transactionId: heading.id, status: input.status, effectiveAt }
  const transaction: LedgerTransaction = {
    ...heading,
    description: input.description ?? null,
    status: input.status,
    metadata: mergeMetadata({}, input.metadata),
    effective_at: effectiveAt,
    effective_date: effectiveAt.slice(0, 10),
    ledger_entries: await rewriteEntries(unit, accounts, [], input.ledger_entries, occasion),
    posted_at: input.status === 'posted' ? timestamp(unit.now) : null,
    ledger_id: ledgerId,
    ledgerable_type: input.ledgerable_type ?? null,
    ledgerable_id: input.ledgerable_id ?? null,
    external_id: input.external_id ?? null,
    reverses_ledger_transaction_id: links.reverses_ledger_transaction_id ?? null,
    reversed_by_ledger_transaction_id: null,
    partially_posts_ledger_transaction_id: links.partially_posts_ledger_transaction_id ?? null,
    archived_reason: null,
  }
  await Promise.all([
    insert(unit, 'ledger_transaction', transaction),
    keepVersion(unit, transaction, 0),
    publish(unit, 'ledger_transaction', 'created', transaction),
  ])
  return transaction
}

/** Effective times carry microseconds on the wire. */
export function microseconds(text: string): string {
  return `${new Date(text).toISOString().slice(0, 23)}000Z`
}

// An archived transaction gives its external id back.
async function claimInLedger(unit: Unit, ledgerId: string, externalId: string | undefined): Promise<void> {
  if (externalId === undefined) return
  await unit.sql`select pg_advisory_xact_lock(hashtextextended(${`ledger_transaction:${ledgerId}:${externalId}`}, 0))`
  const same = await findWhere(unit, 'ledger_transaction', { ledger_id: ledgerId, external_id: externalId })
  if (same.some(({ body }) => body.status !== 'archived')) {
    invalid(
      'external_id',
      'Another ledger transaction within the same ledger exists using the external ID you provided',
    )
  }
}
