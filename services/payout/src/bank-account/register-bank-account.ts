import { type Context, crashPoint, transact } from '@draupnir/db'
import { refuse, required } from '@draupnir/errors'
import { deriveId, type Id } from '@draupnir/ids'
import { emit } from '@draupnir/outbox'
import { type BankAccount, BankAccountRegistered } from '@draupnir/wire'
import type { Bank, Outcome } from '../modern-treasury/client.ts'
import { type BankDetails, registerAtBank } from '../modern-treasury/external-account.ts'
import { findParty } from '../party/find-party.ts'
import { requestWaitingPayouts } from '../payout/request-payout.ts'
import { keepBankAccount, lockBankAccount, saveBankAccount } from './bank-account.store.ts'

export interface BankAccountInput extends BankDetails {
  readonly partyId: Id<'party'>
  readonly currency: BankAccount['currency']
  readonly accountType: BankAccount['account_type']
  /** Of the request: the same key registers the same account, however often it is tried. */
  readonly idempotencyKey: string
}

/**
 * Registers a bank account within the request, for its number may not be stored: intent, call, result. A crash in
 * between is finished by the caller's retry with the same key. Refuses `payout.party-not-onboarded`.
 */
export async function registerBankAccount(ctx: Context, bank: Bank, input: BankAccountInput): Promise<BankAccount> {
  const known = await findParty(ctx, input.partyId)
  if (known === null) refuse('request.not-found', { party_id: input.partyId })
  if (known.counterpartyId === null)
    refuse('payout.party-not-onboarded', { party_id: input.partyId, state: known.party.state })
  const account: BankAccount = {
    id: deriveId('bankAccount', ctx.tenant, input.partyId, input.idempotencyKey),
    party_id: input.partyId,
    currency: input.currency,
    account_type: input.accountType,
    last4: input.accountNumber.slice(-4),
    state: 'pending',
    failure: null,
  }
  await transact(ctx, (tx) => keepBankAccount(tx, account))
  const outcome = await registerAtBank(bank, known.party, known.counterpartyId, account, input)
  crashPoint('after-provider-call-before-commit')
  const done = await recordRegistration(ctx, account.id, outcome)
  if (done.state === 'failed') refuse('payout.bank-account-refused', { bank_account_id: done.id, reason: done.failure })
  return done
}

/** The bank partner took the account, or refused it: payouts that waited for one are requested. */
export function recordRegistration(
  outer: Context,
  id: Id<'bankAccount'>,
  outcome: Outcome<string>,
): Promise<BankAccount> {
  return transact(outer, async (ctx) => {
    const { account } = required(await lockBankAccount(ctx, id), `bank account ${id} is gone`)
    // A retry after a lost answer.
    if (account.state === 'active') return account
    const failure = outcome.ok ? null : outcome.reason
    const done: BankAccount = { ...account, state: outcome.ok ? 'active' : 'failed', failure }
    await saveBankAccount(ctx, done, outcome.ok ? outcome.value : null)
    if (done.state !== 'active') return done
    await emit(ctx, BankAccountRegistered, { data: { bank_account: done } })
    await requestWaitingPayouts(ctx, done)
    return done
  })
}
