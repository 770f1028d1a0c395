import type ModernTreasury from 'modern-treasury'
import { z } from 'zod'
import { generatedNumber } from '../account/generated-number.ts'
import { uuid } from '../api/fields.ts'
import type { Unit } from '../api/unit.ts'
import { CONNECTION_ID } from '../connection/connection.ts'
import { find, insert, load } from '../store/resource.ts'
import { FBO_ACCOUNT_ID, FBO_ACCOUNT_NAME, internalAccount } from './internal-account.ts'

export const CreateInternalAccount = z.looseObject({
  connection_id: uuid,
  name: z.string().min(1),
  party_name: z.string().min(1),
  currency: z.enum(['USD', 'CAD']),
  account_type: z
    .enum(['cash', 'checking', 'general_ledger', 'loan', 'other', 'overdraft', 'savings'])
    .default('checking'),
  parent_account_id: uuid.nullish(),
  counterparty_id: uuid.nullish(),
  legal_entity_id: uuid.nullish(),
})

export async function createInternalAccount(
  unit: Unit,
  input: z.infer<typeof CreateInternalAccount>,
): Promise<ModernTreasury.InternalAccount> {
  const { body: connection } = await load(unit, 'connection', input.connection_id)
  if (input.parent_account_id) await load(unit, 'internal_account', input.parent_account_id)
  if (input.counterparty_id) await load(unit, 'counterparty', input.counterparty_id)
  if (input.legal_entity_id) await load(unit, 'legal_entity', input.legal_entity_id)
  const account = internalAccount(unit, { ...input, connection, account_number: generatedNumber(unit.newId()) })
  await insert(unit, 'internal_account', account)
  return account
}

/** Opens the FBO account of a fresh sandbox; no effect when it is there. */
export async function ensureFboAccount(unit: Unit): Promise<void> {
  if (await find(unit, 'internal_account', FBO_ACCOUNT_ID)) return
  const { body: connection } = await load(unit, 'connection', CONNECTION_ID)
  const account = internalAccount(unit, {
    connection,
    name: FBO_ACCOUNT_NAME,
    party_name: 'Draupnir Marketplace',
    currency: 'USD',
    account_type: 'checking',
    account_number: generatedNumber(FBO_ACCOUNT_ID),
  })
  await insert(unit, 'internal_account', { ...account, id: FBO_ACCOUNT_ID })
}
