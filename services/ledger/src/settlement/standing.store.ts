import type { Context } from '@draupnir/db'
import type { Transaction } from '../transaction/transaction.ts'

/** Whether a payment or a leg came by the transaction, or was taken back by it. */
export async function isStoodOn(ctx: Context, { id, reference }: Pick<Transaction, 'id' | 'reference'>) {
  const { tenant } = ctx
  const [row] = await ctx.db.sql<{ stood_on: boolean }[]>`
    select exists (select 1 from payments where tenant_id = ${tenant} and collection_id = ${reference})
      or exists (select 1 from settlement_legs where tenant_id = ${tenant} and id = ${reference})
      or exists (
        select 1 from settlement_reversals where tenant_id = ${tenant} and transaction_id = ${id}) as stood_on`
  return row?.stood_on ?? false
}
