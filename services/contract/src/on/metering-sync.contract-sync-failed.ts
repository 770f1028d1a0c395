import { handle } from '@draupnir/outbox'
import { ContractSyncFailed } from '@draupnir/wire'
import { rememberSync } from '../status/remember-sync.ts'

export const onContractSyncFailed = handle(ContractSyncFailed, (ctx, event) => rememberSync(ctx, event.data.sync))
