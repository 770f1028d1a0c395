import { schedule } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import { emit } from '@draupnir/outbox'
import { type Party, PartyCreated } from '@draupnir/wire'
import { insertParty } from './party.store.ts'

export const ONBOARD_PARTY = 'payout.onboard-party'

/** A new party of the marketplace; its onboarding at the bank partner begins at once. */
export function createParty(outer: Context, input: Pick<Party, 'name' | 'kind' | 'roles' | 'email'>): Promise<Party> {
  return transact(outer, async (ctx) => {
    const roles = [...new Set(input.roles)]
    const party: Party = {
      ...input,
      roles,
      id: ctx.newId('party'),
      state: 'pending',
      failure: null,
      created_at: ctx.now(),
    }
    await insertParty(ctx, party)
    await schedule(ctx, { kind: ONBOARD_PARTY, key: party.id, dueAt: ctx.now(), data: { party_id: party.id } })
    await emit(ctx, PartyCreated, { data: { party } })
    return party
  })
}
