import { answered, asked } from '@draupnir/modern-treasury'
import type { BankAccount, Party } from '@draupnir/wire'
import type { Bank, Outcome } from './client.ts'

/** Account and routing number; they go to the bank partner and nowhere else. */
export interface BankDetails {
  readonly accountNumber: string
  readonly routingNumber: string
}

/**
 * Hands the numbers to the bank partner, who answers with the id by which the account is known from then on; finds the
 * account that an earlier attempt registered.
 */
export async function registerAtBank(
  bank: Bank,
  party: Party,
  counterpartyId: string,
  account: BankAccount,
  details: BankDetails,
): Promise<Outcome<string>> {
  const known = await answered('externalAccounts.list', () =>
    bank.mt.externalAccounts.list({ counterparty_id: counterpartyId, external_id: account.id, per_page: 1 }),
  )
  const [found] = known.items
  if (found !== undefined) return { ok: true, value: found.id }
  const created = await asked('externalAccounts.create', () =>
    bank.mt.externalAccounts.create(
      {
        counterparty_id: counterpartyId,
        account_type: account.account_type,
        party_name: party.name,
        party_type: party.kind,
        external_id: account.id,
        account_details: [{ account_number: details.accountNumber, account_number_type: 'other' }],
        routing_details: [{ routing_number: details.routingNumber, routing_number_type: 'aba' }],
        metadata: { draupnir_id: account.id },
      },
      { idempotencyKey: `external-account:${account.id}` },
    ),
  )
  if (created.ok) return { ok: true, value: created.value.id }
  // A bank that quotes what it refuses must not make us store it.
  return { ok: false, reason: created.reason.replaceAll(details.accountNumber, `…${account.last4}`) }
}
