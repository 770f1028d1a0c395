import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Currency } from '@draupnir/money'
import type { Instant } from '@draupnir/time'

export interface Tranche {
  readonly settlement_id: Id<'settlement'>
  readonly id: Id<'settlementLeg'>
  readonly amount: bigint
  readonly currency: Currency
  readonly due_at: Instant
  readonly overridden_by: string | null
  readonly override_reason: string | null
}

export interface TrancheFilter {
  readonly partyId: Id<'party'>
  /** Tranches that mature until then. */
  readonly dueBefore: Instant | null
  readonly after: readonly [dueAt: Instant, id: string] | null
  readonly limit: number
}

/** What of a party is still seasoning, the next to mature first. */
export async function tranchesOf(ctx: Context, filter: TrancheFilter): Promise<Tranche[]> {
  const { partyId, dueBefore, after, limit } = filter
  const { sql } = ctx.db
  return await sql<Tranche[]>`
    select settlement_id, id, amount, currency, due_at, overridden_by, override_reason from settlement_legs
    where tenant_id = ${ctx.tenant} and party_id = ${partyId} and state = 'seasoning'
      ${dueBefore === null ? sql`` : sql`and due_at < ${dueBefore}`}
      ${after === null ? sql`` : sql`and (due_at, id) > (${after[0]}::timestamptz, ${after[1]})`}
    order by due_at, id limit ${limit}`
}

/** Writes another maturity with its reason. */
export async function saveMaturity(
  ctx: Context,
  legId: Id<'settlementLeg'>,
  dueAt: Instant,
  reason: string,
): Promise<void> {
  await ctx.db.sql`
    update settlement_legs set due_at = ${dueAt}, overridden_by = ${ctx.actor}, override_reason = ${reason}
    where tenant_id = ${ctx.tenant} and id = ${legId}`
}
