import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { holderOf } from './device.store.ts'

/** The contract a device serves now, or null. */
export function findHolder(ctx: Context, id: Id<'device'>): Promise<Id<'contract'> | null> {
  return holderOf(ctx, id, ctx.now())
}
