import type ModernTreasury from 'modern-treasury'
import { behaviourOf } from '../account/account-detail.ts'
import type { Unit } from '../api/unit.ts'
import { refreshAccounts } from '../counterparty/refresh-accounts.ts'
import { insert, load } from '../store/resource.ts'
import { claimExternalId } from '../store/unique-external-id.ts'
import type { CreateExternalAccount, InlineExternalAccount } from './external-account.schema.ts'
import { externalAccount } from './external-account.ts'

/** Adds an account to a counterparty. */
export async function createExternalAccount(
  unit: Unit,
  input: CreateExternalAccount,
): Promise<ModernTreasury.ExternalAccount> {
  if (input.counterparty_id === null) return openExternalAccount(unit, input, { counterpartyId: null, name: null })
  const { body: owner } = await load(unit, 'counterparty', input.counterparty_id)
  const account = await openExternalAccount(unit, input, { counterpartyId: owner.id, name: owner.name })
  await refreshAccounts(unit, owner.id)
  return account
}

/** Writes an external account with what the test bank will do to its payments. */
export async function openExternalAccount(
  unit: Unit,
  input: InlineExternalAccount,
  owner: { readonly counterpartyId: string | null; readonly name: string | null },
): Promise<ModernTreasury.ExternalAccount> {
  await claimExternalId(unit, 'external_account', input.external_id)
  const account = externalAccount(unit, input, owner)
  await insert(unit, 'external_account', account, { behaviour: behaviourOf(input.account_details), verification: null })
  return account
}
