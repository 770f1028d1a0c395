import type { Context } from '@draupnir/db'
import { upsertParty } from './party.store.ts'
import type { Party } from './party.ts'

export function rememberParty(ctx: Context, { id, roles }: Party): Promise<void> {
  return upsertParty(ctx, { id, roles })
}
