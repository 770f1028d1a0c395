import { contextFor } from '@draupnir/http'
import type { Id } from '@draupnir/ids'
import { migrationsOf } from '@draupnir/service'
import { type ConsumerUnderTest, nextId, testClock, testContext, testDatabase, testLog } from '@draupnir/testing'
import { type Instant, instant } from '@draupnir/time'
import type { BankAccount, CashOut, Party, PayIn, Payout } from '@draupnir/wire'
import { keepBankAccount, saveBankAccount } from './bank-account/bank-account.store.ts'
import { handlers } from './consumers.ts'
import { createParty } from './party/create-party.ts'
import { recordOnboarding } from './party/onboard-party.ts'
import { createPayIn } from './pay-in/create-pay-in.ts'
import type { PayInView } from './pay-in/pay-in.ts'
import { selectPayout } from './payout/payout.store.ts'
import { requestPayout } from './payout/request-payout.ts'
import { payout } from './service.ts'

/** A Tuesday morning in New York, so that the bank works. */
export const T0: Instant = instant('2026-01-06T15:00:00Z')

export const usd = (amount: number): PayIn['amount'] => ({ amount: String(amount), currency: 'USD' })

export const newParty: Pick<Party, 'name' | 'kind' | 'roles' | 'email'> = {
  name: 'Acme GPU LLC',
  kind: 'business',
  roles: ['buyer', 'seller'],
  email: 'acme@example.com',
}

export const payIn: PayInView = {
  id: nextId('payIn'),
  party_id: nextId('party'),
  bank_account_id: nextId('bankAccount'),
  rail: 'ach',
  amount: usd(100),
  state: 'submitted',
  failure: null,
  payment_order_id: null,
  created_at: T0,
  cleared_at: null,
  returned: null,
}

export const aPayout: Payout = {
  id: nextId('payout'),
  party_id: nextId('party'),
  bank_account_id: nextId('bankAccount'),
  rail: 'ach',
  amount: usd(100),
  state: 'requested',
  failure: null,
  payment_order_id: null,
  source: { cash_out_id: nextId('cashOut'), legs: [] },
  created_at: T0,
  settled_at: null,
}

/** A database of the service and its verbs at a moment the test moves. Call it at the top level of the file. */
export async function payoutService() {
  const { db, owner, url } = await testDatabase({ schema: 'payout', sources: migrationsOf(payout) })
  const clock = testClock(T0)
  const ctx = testContext(db, { clock })
  const consumer: ConsumerUnderTest = {
    service: 'payout',
    db,
    handlers,
    contextFor: (unit) => contextFor({ ...unit, log: testLog() }),
    clock,
  }
  const onboarded = async (): Promise<Party> => {
    const party = await createParty(ctx, newParty)
    const at = { legalEntityId: `le_${party.id}`, counterpartyId: `cp_${party.id}` }
    await recordOnboarding(ctx, party.id, { ok: true, value: at })
    return party
  }
  /** An account the bank knows, without having asked it. */
  const account = async (partyId: Id<'party'>): Promise<BankAccount> => {
    const id = nextId('bankAccount')
    const made: BankAccount = {
      id,
      party_id: partyId,
      currency: 'USD',
      account_type: 'checking',
      last4: '6789',
      state: 'active',
      failure: null,
    }
    await keepBankAccount(ctx, made)
    await saveBankAccount(ctx, made, `ea_${id}`)
    return made
  }
  const submitted = async (): Promise<PayInView> => {
    const { id } = await onboarded()
    return createPayIn(ctx, { partyId: id, bankAccountId: (await account(id)).id, amount: usd(100) })
  }
  const cashOutOf = (partyId: Id<'party'>, amount = 100): CashOut => ({
    id: nextId('cashOut'),
    party_id: partyId,
    amount: usd(amount),
    policy: 'on_release',
    state: 'requested',
    failure: null,
    payout_id: null,
    legs: [{ settlement_id: nextId('settlement'), leg_id: nextId('settlementLeg'), amount: usd(amount) }],
    requested_by: 'timer:ledger.holding-mature',
    requested_at: T0,
    ended_at: null,
  })
  /** A payout requested for a party with a bank account. */
  const requested = async (): Promise<Payout> => {
    const { id } = await onboarded()
    await account(id)
    await requestPayout(ctx, cashOutOf(id))
    return onlyPayoutOf(id)
  }
  const onlyPayoutOf = async (partyId: Id<'party'>): Promise<Payout> => {
    const [row] = await db.sql<{ id: Id<'payout'> }[]>`select id from payouts where party_id = ${partyId}`
    const found = row === undefined ? null : await selectPayout(ctx, row.id)
    if (found === null) throw new Error(`${partyId} has no payout`)
    return found
  }
  const timers = () => db.sql<{ kind: string; key: string; due_at: Instant }[]>`
    select kind, key, due_at from timers where kind not like '%poll%' order by kind, key`
  const factsOf = (id: string) =>
    db.sql<{ type: string }[]>`
    select type from outbox where aggregate_id = ${id} order by pos`.then((rows) => rows.map(({ type }) => type))
  const counts = async () => {
    const [row] = await db.sql<
      { rows: number }[]
    >`select ((select count(*) from parties) + (select count(*) from pay_ins)
      + (select count(*) from payouts) + (select count(*) from bank_accounts) + (select count(*) from outbox)
      + (select count(*) from timers) + (select count(*) from webhook_messages))::int as rows`
    return row?.rows
  }
  return {
    ...{ db, owner, url, clock, ctx, consumer, onboarded, account, submitted, cashOutOf, requested, onlyPayoutOf },
    ...{ timers, factsOf, counts },
  }
}
