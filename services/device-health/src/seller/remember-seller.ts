import type { Context } from '@draupnir/db'
import { upsertSeller } from './seller.store.ts'
import type { Seller } from './seller.ts'

export function rememberSeller(ctx: Context, { id, roles }: Seller): Promise<void> {
  return upsertSeller(ctx, { id, roles })
}
