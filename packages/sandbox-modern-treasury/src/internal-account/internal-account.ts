import type ModernTreasury from 'modern-treasury'
import { accountDetail } from '../account/account-detail.ts'
import { routingDetail } from '../account/routing-detail.ts'
import { base, type Unit } from '../api/unit.ts'
import { BANK_ROUTING_NUMBER } from '../connection/connection.ts'

/** The funds of all users, held for their benefit: there on the first start of every sandbox. */
export const FBO_ACCOUNT_ID = '5a0b1e00-0000-4000-8000-000000000010'
export const FBO_ACCOUNT_NAME = 'FBO'

const CAPABILITIES = [
  ['ach', 'credit'],
  ['ach', 'debit'],
  ['wire', 'credit'],
  ['rtp', 'credit'],
  ['book', 'credit'],
] as const

export interface NewInternalAccount {
  readonly name: string
  readonly party_name: string
  readonly currency: 'USD' | 'CAD'
  readonly account_type: ModernTreasury.ExternalAccountType
  readonly connection: ModernTreasury.Connection
  readonly account_number: string
  readonly parent_account_id?: string | null | undefined
  readonly counterparty_id?: string | null | undefined
  readonly legal_entity_id?: string | null | undefined
}

export function internalAccount(unit: Unit, input: NewInternalAccount): ModernTreasury.InternalAccount {
  return {
    ...base(unit, 'internal_account'),
    account_type: input.account_type,
    party_name: input.party_name,
    party_type: 'business',
    party_address: null,
    name: input.name,
    account_details: [accountDetail(unit, { account_number: input.account_number, account_number_type: 'other' })],
    account_capabilities: CAPABILITIES.map(([payment_type, direction]) => ({
      ...base(unit, 'account_capability'),
      discarded_at: null,
      direction,
      identifier: null,
      payment_type,
    })),
    routing_details: [routingDetail(unit, { routing_number: BANK_ROUTING_NUMBER, routing_number_type: 'aba' })],
    connection: input.connection,
    currency: input.currency,
    metadata: {},
    parent_account_id: input.parent_account_id ?? null,
    counterparty_id: input.counterparty_id ?? null,
    vendor_id: null,
    legal_entity_id: input.legal_entity_id ?? null,
    status: 'active',
    ledger_account_id: null,
  }
}
