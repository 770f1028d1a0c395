import { CURRENCIES, isCurrency } from '@draupnir/money'
import type ModernTreasury from 'modern-treasury'
import { z } from 'zod'
import { invalid } from '../api/errors.ts'
import { direction, externalId, mergeMetadata, metadata as metadataField, unsupported, uuid } from '../api/fields.ts'
import { base, type Unit } from '../api/unit.ts'
import { find, findWhere, insert } from '../store/resource.ts'
import { balancesOf, NO_TOTALS } from './balances.ts'

const MAX_EXPONENT = 30
const DEFAULT_EXPONENT = 2

export const CreateLedgerAccount = z.looseObject({
  name: z.string().min(1),
  description: z.string().nullish(),
  normal_balance: direction,
  ledger_id: uuid,
  currency: z.string().min(1),
  currency_exponent: z.int().min(0).max(MAX_EXPONENT).nullish(),
  external_id: externalId.nullish(),
  ledger_account_category_ids: unsupported,
  ledgerable_id: uuid.optional(),
  ledgerable_type: z.enum(['counterparty', 'external_account', 'internal_account', 'virtual_account']).optional(),
  metadata: metadataField.default({}),
})

/** Opens an account of a ledger; its external id is its own there. */
export async function createLedgerAccount(
  unit: Unit,
  input: z.infer<typeof CreateLedgerAccount>,
): Promise<ModernTreasury.LedgerAccount> {
  if (!(await find(unit, 'ledger', input.ledger_id))) invalid('ledger_id', 'The ledger could not be found')
  await claimInLedger(unit, input.ledger_id, input.external_id)
  const known = isCurrency(input.currency) ? CURRENCIES[input.currency] : DEFAULT_EXPONENT
  const denomination = { currency: input.currency, exponent: input.currency_exponent ?? known }
  const account: ModernTreasury.LedgerAccount = {
    ...base(unit, 'ledger_account'),
    discarded_at: null,
    name: input.name,
    description: input.description ?? null,
    normal_balance: input.normal_balance,
    balances: balancesOf(NO_TOTALS, input.normal_balance, denomination),
    lock_version: 0,
    ledger_id: input.ledger_id,
    ledgerable_id: input.ledgerable_id ?? null,
    ledgerable_type: input.ledgerable_type ?? null,
    external_id: input.external_id ?? null,
    metadata: mergeMetadata({}, input.metadata),
  }
  await insert(unit, 'ledger_account', account, { ...denomination, totals: NO_TOTALS })
  return account
}

async function claimInLedger(unit: Unit, ledgerId: string, id: string | null | undefined): Promise<void> {
  if (!id) return
  await unit.sql`select pg_advisory_xact_lock(hashtextextended(${`ledger_account:${ledgerId}:${id}`}, 0))`
  const [taken] = await findWhere(unit, 'ledger_account', { ledger_id: ledgerId, external_id: id })
  if (taken) {
    invalid('external_id', 'Another ledger account within the same ledger exists using the external ID you provided')
  }
}
