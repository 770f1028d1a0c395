import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'

export async function insertWallet(ctx: Context, party: Id<'party'>): Promise<void> {
  await ctx.db.sql`
    insert into wallets (tenant_id, party_id, opened_at) values (${ctx.tenant}, ${party}, ${ctx.now()})
    on conflict do nothing`
}

/** Whether the party is one of the tenant's: announced by payout, or posted to before its announcement arrived. */
export async function hasWallet(ctx: Context, party: Id<'party'>): Promise<boolean> {
  const [row] = await ctx.db.sql<{ known: boolean }[]>`
    select exists (select 1 from wallets where tenant_id = ${ctx.tenant} and party_id = ${party})
      or exists (select 1 from accounts where tenant_id = ${ctx.tenant} and owner = ${party}) as known`
  return row?.known ?? false
}
