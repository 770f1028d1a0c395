import type ModernTreasury from 'modern-treasury'
import { z } from 'zod'
import { notFound } from '../api/errors.ts'
import { externalId, uuid } from '../api/fields.ts'
import { act, create, type Route } from '../api/route.ts'
import type { Unit } from '../api/unit.ts'
import { findWhere } from '../store/resource.ts'
import { createLedgerTransaction } from './create-ledger-transaction.ts'
import { inputsOf } from './entries.ts'
import { updateLedgerTransaction } from './update-ledger-transaction.ts'

const Named = z.strictObject({ external_id: externalId })
const NamedOrKnown = z.union([Named, z.strictObject({ id: uuid })])

/** What somebody at the provider's dashboard might do to a ledger that others keep. */
export const handRoutes: readonly Route[] = [
  create('/_sandbox/ledger_transactions/repeat')(Named, async (unit, input) => {
    const { status, ledger_entries } = await named(unit, input.external_id)
    return createLedgerTransaction(unit, {
      status: status === 'archived' ? 'pending' : status,
      metadata: {},
      ledger_entries: inputsOf(ledger_entries),
    })
  }),
  act('/_sandbox/ledger_transactions/archive')(NamedOrKnown, async (unit, input) => {
    const id = 'id' in input ? input.id : (await named(unit, input.external_id)).id
    return updateLedgerTransaction(unit, { status: 'archived' }, id)
  }),
]

async function named(unit: Unit, id: string): Promise<ModernTreasury.LedgerTransaction> {
  const found = (await findWhere(unit, 'ledger_transaction', { external_id: id })).at(-1)
  return found?.body ?? notFound('ledger_transaction')
}
