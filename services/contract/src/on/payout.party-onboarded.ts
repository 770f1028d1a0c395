import { handle } from '@draupnir/outbox'
import { PartyOnboarded } from '@draupnir/wire'
import { rememberParty } from '../party/remember-party.ts'

export const onPartyOnboarded = handle(PartyOnboarded, (ctx, event) => rememberParty(ctx, event.data.party))
