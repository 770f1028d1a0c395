import type { Context } from '@draupnir/db'
import { upsertDevice } from './device.store.ts'
import type { Device } from './device.ts'

export function rememberDevice(ctx: Context, { id, seller_id }: Device): Promise<void> {
  return upsertDevice(ctx, { id, seller_id })
}
