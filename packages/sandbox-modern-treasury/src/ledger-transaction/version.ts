import type ModernTreasury from 'modern-treasury'
import type { LedgerTransactionVersion } from 'modern-treasury/resources/ledger-transactions/versions'
import type { Unit } from '../api/unit.ts'
import { timestamp } from '../api/unit.ts'
import { insert } from '../store/resource.ts'

/** Keeps what a transaction was from now on; the first version is 0. */
export async function keepVersion(
  unit: Unit,
  transaction: ModernTreasury.LedgerTransaction,
  number?: number,
): Promise<ModernTreasury.LedgerTransaction> {
  const { id, object: _, updated_at: __, ledger_entries, ...rest } = transaction
  const version: LedgerTransactionVersion = {
    ...rest,
    id: unit.newId(),
    object: 'ledger_transaction_version',
    created_at: timestamp(unit.now),
    ledger_transaction_id: id,
    version: number ?? (await versionsOf(unit, id)),
    ledger_entries: ledger_entries.map(({ updated_at: ___, discarded_at: ____, ...entry }) => entry),
  }
  await insert(unit, 'ledger_transaction_version', version)
  return transaction
}

async function versionsOf(unit: Unit, transactionId: string): Promise<number> {
  const [row] = await unit.sql<{ versions: number }[]>`
    select count(*) as versions from resource
    where kind = 'ledger_transaction_version' and body @> ${unit.sql.json({ ledger_transaction_id: transactionId })}`
  return row?.versions ?? 0
}
