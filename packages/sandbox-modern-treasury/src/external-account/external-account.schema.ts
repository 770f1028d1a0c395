import { z } from 'zod'
import { AccountDetailInput } from '../account/account-detail.ts'
import { AddressInput } from '../account/address.ts'
import { ContactDetailInput } from '../account/contact-detail.ts'
import { RoutingDetailInput } from '../account/routing-detail.ts'
import { currency, externalId, metadata, paymentType, priority, unsupported, uuid } from '../api/fields.ts'

// biome-ignore format: one word a line would be a page
export const ACCOUNT_TYPES = [
  'base_wallet', 'cash', 'checking', 'crypto_wallet', 'ethereum_wallet', 'general_ledger', 'loan', 'non_resident',
  'other', 'overdraft', 'polygon_wallet', 'savings', 'solana_wallet',
] as const

const partyType = z.enum(['business', 'individual']).nullish()

/** An account without its owner, as a counterparty or a payment order brings it along. */
export const InlineExternalAccount = z.looseObject({
  account_type: z.enum(ACCOUNT_TYPES).default('other'),
  party_type: partyType,
  party_address: AddressInput.optional(),
  name: z.string().nullish(),
  account_details: z.array(AccountDetailInput).default([]),
  routing_details: z.array(RoutingDetailInput).default([]),
  external_id: externalId.nullish(),
  metadata: metadata.default({}),
  party_name: z.string().optional(),
  ledger_account: unsupported,
  plaid_processor_token: unsupported,
  contact_details: z.array(ContactDetailInput).default([]),
})
export type InlineExternalAccount = z.infer<typeof InlineExternalAccount>

export const CreateExternalAccount = InlineExternalAccount.extend({ counterparty_id: uuid.nullable() })
export type CreateExternalAccount = z.infer<typeof CreateExternalAccount>

export const UpdateExternalAccount = z.looseObject({
  party_type: partyType,
  account_type: z.enum(ACCOUNT_TYPES).optional(),
  counterparty_id: uuid.nullish(),
  name: z.string().nullish(),
  party_name: z.string().optional(),
  party_address: AddressInput.optional(),
  metadata: metadata.optional(),
})

export const VerifyExternalAccount = z.looseObject({
  originating_account_id: uuid,
  payment_type: paymentType,
  currency: currency.optional(),
  fallback_type: z.literal('ach').optional(),
  priority: priority.optional(),
})
export type VerifyExternalAccount = z.infer<typeof VerifyExternalAccount>

export const CompleteVerification = z.looseObject({ amounts: z.array(z.int()).default([]) })
