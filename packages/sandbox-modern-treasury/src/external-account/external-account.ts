import type ModernTreasury from 'modern-treasury'
import { accountDetail } from '../account/account-detail.ts'
import { address } from '../account/address.ts'
import { contactDetail } from '../account/contact-detail.ts'
import { routingDetail } from '../account/routing-detail.ts'
import { mergeMetadata } from '../api/fields.ts'
import { base, type Unit } from '../api/unit.ts'
import type { NestedExternalAccount } from '../store/bodies.ts'
import type { InlineExternalAccount } from './external-account.schema.ts'

export function externalAccount(
  unit: Unit,
  input: InlineExternalAccount,
  owner: { readonly counterpartyId: string | null; readonly name: string | null },
): ModernTreasury.ExternalAccount {
  return {
    ...base(unit, 'external_account'),
    discarded_at: null,
    account_type: input.account_type,
    party_type: input.party_type ?? null,
    party_address: address(unit, input.party_address),
    name: input.name ?? null,
    counterparty_id: owner.counterpartyId,
    account_details: input.account_details.map((given) => accountDetail(unit, given)),
    routing_details: input.routing_details.map((given) => routingDetail(unit, given)),
    external_id: input.external_id ?? null,
    metadata: mergeMetadata({}, input.metadata),
    party_name: input.party_name ?? owner.name ?? '',
    contact_details: input.contact_details.map((given) => contactDetail(unit, given)),
    ledger_account_id: null,
    verification_status: 'unverified',
    verification_source: null,
  }
}

/** The account as it is shown inside a counterparty or a payment order. */
export function nested(account: ModernTreasury.ExternalAccount): NestedExternalAccount {
  const { counterparty_id: _, ...rest } = account
  return rest
}
