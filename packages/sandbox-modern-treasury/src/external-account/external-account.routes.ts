import type { z } from 'zod'
import { address } from '../account/address.ts'
import { mergeMetadata } from '../api/fields.ts'
import { equals, metadata } from '../api/list.ts'
import { act, create, list, type Route, remove, retrieve, update } from '../api/route.ts'
import type { Unit } from '../api/unit.ts'
import { refreshAccounts } from '../counterparty/refresh-accounts.ts'
import { publish } from '../event/publish.ts'
import { discard, load, lock, save } from '../store/resource.ts'
import { createExternalAccount } from './create-external-account.ts'
import {
  CompleteVerification,
  CreateExternalAccount,
  UpdateExternalAccount,
  VerifyExternalAccount,
} from './external-account.schema.ts'
import { completeVerification, verifyExternalAccount } from './verify-external-account.ts'

export const externalAccountRoutes: readonly Route[] = [
  create('/api/external_accounts')(CreateExternalAccount, createExternalAccount),
  list('/api/external_accounts', 'external_account', {
    party_name: equals('party_name'),
    counterparty_id: equals('counterparty_id'),
    external_id: equals('external_id'),
    metadata,
  }),
  retrieve('/api/external_accounts/:id', 'external_account'),
  update('/api/external_accounts/:id')(UpdateExternalAccount, updateExternalAccount),
  remove('/api/external_accounts/:id', async (unit, id) => {
    const { body } = await lock(unit, 'external_account', id)
    await discard(unit, 'external_account', body)
    await refreshAccounts(unit, body.counterparty_id)
  }),
  act('/api/external_accounts/:id/verify')(VerifyExternalAccount, verifyExternalAccount),
  act('/api/external_accounts/:id/complete_verification')(CompleteVerification, (unit, input, id) =>
    completeVerification(unit, input.amounts, id),
  ),
]

async function updateExternalAccount(unit: Unit, input: z.infer<typeof UpdateExternalAccount>, id: string) {
  const { body } = await lock(unit, 'external_account', id)
  const owner = input.counterparty_id === undefined ? body.counterparty_id : input.counterparty_id
  if (input.counterparty_id) await load(unit, 'counterparty', input.counterparty_id)
  const saved = await save(unit, 'external_account', {
    ...body,
    counterparty_id: owner,
    party_type: input.party_type === undefined ? body.party_type : input.party_type,
    account_type: input.account_type ?? body.account_type,
    name: input.name === undefined ? body.name : input.name,
    party_name: input.party_name ?? body.party_name,
    party_address: input.party_address ? address(unit, input.party_address) : body.party_address,
    metadata: mergeMetadata(body.metadata, input.metadata),
  })
  await refreshAccounts(unit, body.counterparty_id)
  if (owner !== body.counterparty_id) await refreshAccounts(unit, owner)
  await publish(unit, 'external_account', 'updated', saved)
  return saved
}
