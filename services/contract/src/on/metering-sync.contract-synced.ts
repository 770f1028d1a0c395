import { handle } from '@draupnir/outbox'
import { ContractSynced } from '@draupnir/wire'
import { rememberSync } from '../status/remember-sync.ts'

export const onContractSynced = handle(ContractSynced, (ctx, event) => rememberSync(ctx, event.data.sync))
