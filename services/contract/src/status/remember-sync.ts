import type { Context } from '@draupnir/db'
import type { ContractSync } from '@draupnir/wire'
import { upsertStatus } from './status.store.ts'

/** Makes visible how far OpenMeter equals a contract. */
export function rememberSync(ctx: Context, sync: ContractSync): Promise<void> {
  return upsertStatus(ctx, sync.contract_id, { sync })
}
