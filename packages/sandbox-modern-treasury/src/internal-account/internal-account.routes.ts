import { z } from 'zod'
import { mergeMetadata, metadata as metadataField, PAYMENT_TYPES, uuid } from '../api/fields.ts'
import { equals, type Filter, metadata, oneOf } from '../api/list.ts'
import { create, list, type Route, retrieve, update } from '../api/route.ts'
import { load, lock, save } from '../store/resource.ts'
import { balanceReportRoutes } from './balance-report.ts'
import { CreateInternalAccount, createInternalAccount } from './create-internal-account.ts'

const UpdateInternalAccount = z.looseObject({
  name: z.string().min(1).optional(),
  metadata: metadataField.optional(),
  parent_account_id: uuid.nullish(),
  counterparty_id: uuid.nullish(),
  ledger_account_id: uuid.nullish(),
})

const capability =
  (field: 'payment_type' | 'direction', values: readonly string[]): Filter =>
  (sql, value, parameter) => {
    const inner = oneOf(field, values)(sql, value, parameter)
    return sql`exists (select from jsonb_array_elements(resource.body -> 'account_capabilities') as c (body) where c.${inner})`
  }

export const internalAccountRoutes: readonly Route[] = [
  create('/api/internal_accounts')(CreateInternalAccount, createInternalAccount),
  list('/api/internal_accounts', 'internal_account', {
    currency: equals('currency'),
    counterparty_id: equals('counterparty_id'),
    legal_entity_id: equals('legal_entity_id'),
    status: oneOf('status', ['active', 'pending_activation', 'suspended', 'pending_closure', 'closed']),
    payment_type: capability('payment_type', PAYMENT_TYPES),
    payment_direction: capability('direction', ['credit', 'debit']),
    metadata,
  }),
  retrieve('/api/internal_accounts/:id', 'internal_account'),
  update('/api/internal_accounts/:id')(UpdateInternalAccount, async (unit, input, id) => {
    const { body } = await lock(unit, 'internal_account', id)
    if (input.parent_account_id) await load(unit, 'internal_account', input.parent_account_id)
    if (input.counterparty_id) await load(unit, 'counterparty', input.counterparty_id)
    return save(unit, 'internal_account', {
      ...body,
      name: input.name ?? body.name,
      parent_account_id: input.parent_account_id ?? body.parent_account_id,
      counterparty_id: input.counterparty_id ?? body.counterparty_id,
      ledger_account_id: input.ledger_account_id ?? body.ledger_account_id,
      metadata: mergeMetadata(body.metadata, input.metadata),
    })
  }),
  ...balanceReportRoutes,
]
