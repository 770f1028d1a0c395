import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type Currency, type Money, money } from '@draupnir/money'
import type { Earning } from './earning.ts'

interface EarningRow {
  readonly settlement_id: Id<'settlement'>
  readonly id: Id<'settlementLeg'>
  readonly amount: bigint
  readonly currency: Currency
}

/** What of a party's released legs is in no cash-out and went to no debt, oldest first, of each currency at most `limit`. */
export async function selectEarnings(ctx: Context, partyId: Id<'party'>, limit: number): Promise<Earning[]> {
  const rows = await ctx.db.sql<EarningRow[]>`
    select settlement_id, id, amount, currency from (
      select settlement_id, id, amount - reversed - recouped - cashed_out as amount, currency, released_at,
        row_number() over (partition by currency order by released_at, id) as nth
      from settlement_legs
      where tenant_id = ${ctx.tenant} and party_id = ${partyId} and state = 'released'
        and reversed + recouped + cashed_out < amount) earned
    where nth <= ${limit} order by released_at, id`
  return rows.map((row) => ({
    settlementId: row.settlement_id,
    legId: row.id,
    amount: money(row.amount, row.currency),
  }))
}

/** Adds to what of each leg is cashed out; a negative sign takes it off again. */
export async function addCashedOut(ctx: Context, earnings: readonly Earning[], sign: 1n | -1n): Promise<void> {
  await ctx.db.sql`
    update settlement_legs l set cashed_out = l.cashed_out + e.amount
    from unnest(${earnings.map((it) => it.legId)}::text[], ${earnings.map((it) => (sign * it.amount.amount).toString())}::bigint[])
      as e(leg_id, amount)
    where l.tenant_id = ${ctx.tenant} and l.id = e.leg_id`
}

/** Takes what went to a debt of the party out of its earnings, oldest first. */
export async function recoupFromLegs(ctx: Context, partyId: Id<'party'>, { amount, currency }: Money): Promise<void> {
  await ctx.db.sql`
    with earned as (
      select id, amount - reversed - recouped - cashed_out as earning,
        sum(amount - reversed - recouped - cashed_out) over (order by released_at, id) as sum
      from settlement_legs
      where tenant_id = ${ctx.tenant} and party_id = ${partyId} and currency = ${currency} and state = 'released'
        and reversed + recouped + cashed_out < amount)
    update settlement_legs l set recouped = l.recouped + least(e.earning, ${amount}::bigint - (e.sum - e.earning)::bigint)
    from earned e
    where l.tenant_id = ${ctx.tenant} and l.id = e.id and e.sum - e.earning < ${amount}::bigint`
}
