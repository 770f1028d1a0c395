import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { BankAccount } from '@draupnir/wire'
import { and, asc, eq } from 'drizzle-orm'
import { bankAccounts } from './bank-account.table.ts'

export interface KnownBankAccount {
  readonly account: BankAccount
  /** Null until the bank partner knows the account. */
  readonly externalAccountId: string | null
}

/** Keeps a new account; quiet when an earlier attempt of the same request kept it. */
export async function keepBankAccount(ctx: Context, account: BankAccount): Promise<void> {
  const { id, party_id: partyId, currency, account_type: accountType, last4, state, failure } = account
  await ctx.db.orm
    .insert(bankAccounts)
    .values({ id, tenant: ctx.tenant, partyId, currency, accountType, last4, state, failure, createdAt: ctx.now() })
    .onConflictDoNothing()
}

export async function selectBankAccount(ctx: Context, id: Id<'bankAccount'>): Promise<KnownBankAccount | null> {
  const [row] = await ctx.db.orm.select().from(bankAccounts).where(ours(ctx, id))
  return row === undefined ? null : fromRow(row)
}

export async function lockBankAccount(ctx: Context, id: Id<'bankAccount'>): Promise<KnownBankAccount | null> {
  const [row] = await ctx.db.orm.select().from(bankAccounts).where(ours(ctx, id)).for('update')
  return row === undefined ? null : fromRow(row)
}

export async function saveBankAccount(
  ctx: Context,
  account: BankAccount,
  externalAccountId: string | null,
): Promise<void> {
  await ctx.db.orm
    .update(bankAccounts)
    .set({ state: account.state, failure: account.failure, externalAccountId })
    .where(ours(ctx, account.id))
}

export async function selectBankAccounts(ctx: Context, partyId: Id<'party'>): Promise<BankAccount[]> {
  const rows = await ctx.db.orm
    .select()
    .from(bankAccounts)
    .where(and(eq(bankAccounts.tenant, ctx.tenant), eq(bankAccounts.partyId, partyId)))
    .orderBy(asc(bankAccounts.createdAt), asc(bankAccounts.id))
  return rows.map((row) => fromRow(row).account)
}

function ours(ctx: Context, id: Id<'bankAccount'>) {
  return and(eq(bankAccounts.id, id), eq(bankAccounts.tenant, ctx.tenant))
}

function fromRow(row: typeof bankAccounts.$inferSelect): KnownBankAccount {
  const { id, partyId, currency, accountType, last4, state, failure, externalAccountId } = row
  return {
    account: { id, party_id: partyId, currency, account_type: accountType, last4, state, failure },
    externalAccountId,
  }
}
