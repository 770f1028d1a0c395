import { handle } from '@draupnir/outbox'
import { PartyOnboarded } from '@draupnir/wire'
import { rememberSeller } from '../seller/remember-seller.ts'

export const onPartyOnboarded = handle(PartyOnboarded, (ctx, event) => rememberSeller(ctx, event.data.party))
