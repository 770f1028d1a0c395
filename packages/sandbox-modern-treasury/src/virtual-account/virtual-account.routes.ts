import type ModernTreasury from 'modern-treasury'
import { z } from 'zod'
import { AccountDetailInput, accountDetail } from '../account/account-detail.ts'
import { generatedNumber } from '../account/generated-number.ts'
import { RoutingDetailInput, routingDetail } from '../account/routing-detail.ts'
import { mergeMetadata, metadata as metadataField, unsupported, uuid } from '../api/fields.ts'
import { equals, metadata } from '../api/list.ts'
import { create, list, type Route, remove, retrieve, update } from '../api/route.ts'
import { base, type Unit } from '../api/unit.ts'
import { BANK_ROUTING_NUMBER } from '../connection/connection.ts'
import { discard, insert, load, lock, save } from '../store/resource.ts'

const CreateVirtualAccount = z.looseObject({
  name: z.string().min(1),
  description: z.string().optional(),
  internal_account_id: uuid,
  counterparty_id: uuid.optional(),
  account_details: z.array(AccountDetailInput).default([]),
  routing_details: z.array(RoutingDetailInput).default([]),
  debit_ledger_account_id: uuid.optional(),
  credit_ledger_account_id: uuid.optional(),
  ledger_account: unsupported,
  metadata: metadataField.default({}),
})

const UpdateVirtualAccount = z.looseObject({
  name: z.string().min(1).nullish(),
  counterparty_id: uuid.optional(),
  ledger_account_id: uuid.optional(),
  metadata: metadataField.optional(),
})

export const virtualAccountRoutes: readonly Route[] = [
  create('/api/virtual_accounts')(CreateVirtualAccount, createVirtualAccount),
  list('/api/virtual_accounts', 'virtual_account', {
    internal_account_id: equals('internal_account_id'),
    counterparty_id: equals('counterparty_id'),
    metadata,
  }),
  retrieve('/api/virtual_accounts/:id', 'virtual_account'),
  update('/api/virtual_accounts/:id')(UpdateVirtualAccount, updateVirtualAccount),
  remove('/api/virtual_accounts/:id', async (unit, id) => {
    const { body } = await lock(unit, 'virtual_account', id)
    return discard(unit, 'virtual_account', body)
  }),
]

/** Without a number of the caller's own the bank assigns one. */
async function createVirtualAccount(
  unit: Unit,
  input: z.infer<typeof CreateVirtualAccount>,
): Promise<ModernTreasury.VirtualAccount> {
  const { body: internal } = await load(unit, 'internal_account', input.internal_account_id)
  if (input.counterparty_id) await load(unit, 'counterparty', input.counterparty_id)
  const heading = base(unit, 'virtual_account')
  const assigned = [{ account_number: generatedNumber(heading.id), account_number_type: 'other' as const }]
  const numbers = input.account_details.length > 0 ? input.account_details : assigned
  const ours = [{ routing_number: BANK_ROUTING_NUMBER, routing_number_type: 'aba' as const }]
  const routing = input.routing_details.length > 0 ? input.routing_details : ours
  const account: ModernTreasury.VirtualAccount = {
    ...heading,
    discarded_at: null,
    name: input.name,
    description: input.description ?? null,
    counterparty_id: input.counterparty_id ?? null,
    internal_account_id: internal.id,
    account_details: numbers.map((given) => accountDetail(unit, given)),
    routing_details: routing.map((given) => routingDetail(unit, given)),
    debit_ledger_account_id: input.debit_ledger_account_id ?? null,
    credit_ledger_account_id: input.credit_ledger_account_id ?? null,
    ledger_account_id: null,
    metadata: mergeMetadata({}, input.metadata),
  }
  await insert(unit, 'virtual_account', account)
  return account
}

async function updateVirtualAccount(unit: Unit, input: z.infer<typeof UpdateVirtualAccount>, id: string) {
  const { body } = await lock(unit, 'virtual_account', id)
  if (input.counterparty_id) await load(unit, 'counterparty', input.counterparty_id)
  return save(unit, 'virtual_account', {
    ...body,
    name: input.name ?? body.name,
    counterparty_id: input.counterparty_id ?? body.counterparty_id,
    ledger_account_id: input.ledger_account_id ?? body.ledger_account_id,
    metadata: mergeMetadata(body.metadata, input.metadata),
  })
}
