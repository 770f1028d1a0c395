import { z } from 'zod'
import { invalid } from '../api/errors.ts'
import { uuid } from '../api/fields.ts'
import { parse } from '../api/route.ts'
import type { Unit } from '../api/unit.ts'
import { CreateLedgerAccount, createLedgerAccount } from '../ledger-account/create-ledger-account.ts'
import { createLedgerTransaction } from '../ledger-transaction/create-ledger-transaction.ts'
import { isLocked } from '../ledger-transaction/entries.ts'
import {
  CreateLedgerTransaction,
  type LedgerEntryInput,
  UpdateLedgerTransaction,
} from '../ledger-transaction/ledger-transaction.schema.ts'
import { updateLedgerTransaction } from '../ledger-transaction/update-ledger-transaction.ts'
import type { Bodies } from '../store/bodies.ts'

type Action = (unit: Unit, params: unknown) => Promise<Bodies['bulk_result']['entity'] & { id: string }>

const Identified = z.looseObject({ id: uuid })

const BULK: Readonly<Record<string, Action>> = {
  'create ledger_account': (unit, params) => createLedgerAccount(unit, parse(CreateLedgerAccount, params)),
  'create ledger_transaction': (unit, params) => {
    const input = parse(CreateLedgerTransaction, params)
    demandUnlocked(input.ledger_entries)
    return createLedgerTransaction(unit, input)
  },
  'update ledger_transaction': (unit, params) => {
    const input = parse(UpdateLedgerTransaction, params)
    demandUnlocked(input.ledger_entries ?? [])
    return updateLedgerTransaction(unit, input, parse(Identified, params).id)
  },
}

/** What a bulk request does with each of its resources; null for what the sandbox cannot do many of. */
export function bulkAction(action: string, resource: string): Action | null {
  return BULK[`${action} ${resource}`] ?? null
}

function demandUnlocked(entries: readonly LedgerEntryInput[]): void {
  if (entries.some(isLocked)) invalid('ledger_entries', 'Ledger entries of a bulk request cannot be locked')
}
