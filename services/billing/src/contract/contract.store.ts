import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { BillingStatus, ContractState } from '@draupnir/wire'
import { and, eq, lt, sql } from 'drizzle-orm'
import type { Buyer } from './buyers.ts'
import { contracts } from './contract.table.ts'

export type BilledContract = typeof contracts.$inferSelect

/** Keeps the newest version of a contract, and the sellers of lines that left it; its billing status starts as `none`. */
export async function keepContract(ctx: Context, contract: ContractState, buyers: readonly Buyer[]): Promise<void> {
  const sellers = Object.fromEntries(contract.lines.map((line) => [line.id, line.seller_id]))
  const row = {
    id: contract.id,
    tenant: ctx.tenant,
    contract,
    version: contract.version,
    sellers,
    buyers,
    billingStatus: 'none' as const,
  }
  await ctx.db.orm
    .insert(contracts)
    .values(row)
    .onConflictDoUpdate({
      target: contracts.id,
      set: { contract, version: contract.version, buyers, sellers: sql`${contracts.sellers} || excluded.sellers` },
      setWhere: lt(contracts.version, contract.version),
    })
}

export async function lockContract(ctx: Context, id: Id<'contract'>): Promise<BilledContract | null> {
  const [row] = await ctx.db.orm
    .select()
    .from(contracts)
    .where(and(eq(contracts.id, id), eq(contracts.tenant, ctx.tenant)))
    .for('update')
  return row ?? null
}

/** The tenant of a contract: OpenMeter's invoices name only the contract. */
export async function tenantOfContract(ctx: Pick<Context, 'db'>, id: Id<'contract'>): Promise<Id<'tenant'> | null> {
  const [row] = await ctx.db.orm.select({ tenant: contracts.tenant }).from(contracts).where(eq(contracts.id, id))
  return row?.tenant ?? null
}

export async function saveBillingStatus(ctx: Context, id: Id<'contract'>, status: BillingStatus): Promise<void> {
  await ctx.db.orm
    .update(contracts)
    .set({ billingStatus: status })
    .where(and(eq(contracts.id, id), eq(contracts.tenant, ctx.tenant)))
}
