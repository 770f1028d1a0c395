import { activity } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import { required } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { emit } from '@draupnir/outbox'
import { idField, PartyOnboarded } from '@draupnir/wire'
import { z } from 'zod'
import { BANK_BACKOFF } from '../modern-treasury/backoff.ts'
import type { Bank, Outcome } from '../modern-treasury/client.ts'
import { type Onboarded, onboardAtBank } from '../modern-treasury/onboard.ts'
import { ONBOARD_PARTY } from './create-party.ts'
import { lockParty, saveOnboarding, selectParty } from './party.store.ts'

/** Makes a party known to the bank partner. */
export function onboardParty(bank: Bank) {
  return activity(ONBOARD_PARTY, z.object({ party_id: idField('party') }), {
    perform: async (ctx, data) => {
      const { party } = required(await selectParty(ctx, data.party_id), `party ${data.party_id} is gone`)
      return onboardAtBank(bank, party)
    },
    settle: (ctx, data, outcome) => recordOnboarding(ctx, data.party_id, outcome),
    backoff: BANK_BACKOFF,
  })
}

/** The bank partner accepted a party, or refused it for good. */
export function recordOnboarding(outer: Context, partyId: Id<'party'>, outcome: Outcome<Onboarded>): Promise<void> {
  return transact(outer, async (ctx) => {
    const known = await lockParty(ctx, partyId)
    if (known === null || known.party.state !== 'pending') return
    if (!outcome.ok) return saveOnboarding(ctx, { ...known.party, state: 'failed', failure: outcome.reason }, null)
    const party = { ...known.party, state: 'onboarded' as const }
    await saveOnboarding(ctx, party, outcome.value)
    await emit(ctx, PartyOnboarded, { data: { party } })
  })
}
