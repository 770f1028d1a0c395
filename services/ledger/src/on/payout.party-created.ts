import { handle } from '@draupnir/outbox'
import { PartyCreated } from '@draupnir/wire'
import { openWallet } from '../wallet/open-wallet.ts'

export const onPartyCreated = handle(PartyCreated, (ctx, event) => openWallet(ctx, event.data.party.id))
