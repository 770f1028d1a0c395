import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type Currency, type Money, money } from '@draupnir/money'
import type { Instant } from '@draupnir/time'
import type { CashOut, CashOutLeg } from './cash-out.ts'

interface CashOutRow {
  readonly id: Id<'cashOut'>
  readonly party_id: Id<'party'>
  readonly amount: bigint
  readonly currency: Currency
  readonly policy: CashOut['policy']
  readonly state: CashOut['state']
  readonly failure: string | null
  readonly payout_id: Id<'payout'> | null
  readonly requested_by: string
  readonly requested_at: Instant
  readonly ended_at: Instant | null
}

interface LegRow {
  readonly cash_out_id: Id<'cashOut'>
  readonly settlement_id: Id<'settlement'>
  readonly leg_id: Id<'settlementLeg'>
  readonly amount: bigint
}

export interface CashOutFilter {
  readonly partyId: Id<'party'>
  readonly state?: CashOut['state'] | undefined
  readonly before: string | null
  readonly limit: number
}

export async function insertCashOut(ctx: Context, cashOut: CashOut): Promise<void> {
  const { id, partyId, amount, policy, state, requestedBy, requestedAt, legs } = cashOut
  await ctx.db.sql`
    insert into cash_outs (tenant_id, id, party_id, amount, currency, policy, state, requested_by, requested_at)
    values (${ctx.tenant}, ${id}, ${partyId}, ${amount.amount}, ${amount.currency}, ${policy}, ${state}, ${requestedBy},
      ${requestedAt})`
  await ctx.db.sql`
    insert into cash_out_legs (tenant_id, cash_out_id, position, settlement_id, leg_id, amount)
    select ${ctx.tenant}, ${id}, n, settlement_id, leg_id, amount
    from unnest(${legs.map((leg) => leg.settlementId)}::text[], ${legs.map((leg) => leg.legId)}::text[],
      ${legs.map((leg) => leg.amount.amount.toString())}::bigint[]) with ordinality as l(settlement_id, leg_id, amount, n)`
}

/** Writes how far a cash-out has come. */
export async function saveCashOut(ctx: Context, cashOut: CashOut): Promise<void> {
  const { id, state, failure, payoutId, endedAt } = cashOut
  await ctx.db.sql`
    update cash_outs set state = ${state}, failure = ${failure}, payout_id = ${payoutId}, ended_at = ${endedAt}
    where tenant_id = ${ctx.tenant} and id = ${id}`
}

export async function findCashOut(ctx: Context, id: Id<'cashOut'>): Promise<CashOut | null> {
  const rows = await ctx.db.sql<CashOutRow[]>`select * from cash_outs where tenant_id = ${ctx.tenant} and id = ${id}`
  return (await withLegs(ctx, rows))[0] ?? null
}

/** Newest first: ids sort by time of the request. */
export async function cashOutsBy(ctx: Context, filter: CashOutFilter): Promise<CashOut[]> {
  const { partyId, state, before, limit } = filter
  const { sql } = ctx.db
  const rows = await sql<CashOutRow[]>`
    select * from cash_outs where tenant_id = ${ctx.tenant} and party_id = ${partyId}
      ${state === undefined ? sql`` : sql`and state = ${state}`}
      ${before === null ? sql`` : sql`and id < ${before}`}
    order by id desc limit ${limit}`
  return withLegs(ctx, rows)
}

/** In cash-outs of a party whose funds still lie in its available balance. */
export async function promisedOf(ctx: Context, partyId: Id<'party'>, currency: Currency): Promise<Money> {
  const [row] = await ctx.db.sql<{ amount: bigint }[]>`
    select coalesce(sum(amount), 0)::bigint as amount from cash_outs
    where tenant_id = ${ctx.tenant} and party_id = ${partyId} and currency = ${currency} and state = 'requested'`
  return money(row?.amount ?? 0n, currency)
}

export interface CashedOut {
  readonly leg_id: Id<'settlementLeg'>
  readonly cash_out_id: Id<'cashOut'>
  readonly amount: bigint
  readonly currency: Currency
  readonly state: CashOut['state']
}

/** The cash-outs that took something of a leg, oldest first. */
export async function cashOutsOfLegs(ctx: Context, legIds: readonly Id<'settlementLeg'>[]): Promise<CashedOut[]> {
  return await ctx.db.sql<CashedOut[]>`
    select l.leg_id, l.cash_out_id, l.amount, c.currency, c.state
    from cash_out_legs l join cash_outs c on c.tenant_id = l.tenant_id and c.id = l.cash_out_id
    where l.tenant_id = ${ctx.tenant} and l.leg_id = any(${[...legIds]}) order by l.cash_out_id`
}

async function withLegs(ctx: Context, rows: readonly CashOutRow[]): Promise<CashOut[]> {
  if (rows.length === 0) return []
  const legs = await ctx.db.sql<LegRow[]>`
    select cash_out_id, settlement_id, leg_id, amount from cash_out_legs
    where tenant_id = ${ctx.tenant} and cash_out_id = any(${rows.map((row) => row.id)}) order by cash_out_id, position`
  const byCashOut = Map.groupBy(legs, (leg) => leg.cash_out_id)
  return rows.map((row) => cashOutOf(row, byCashOut.get(row.id) ?? []))
}

function cashOutOf(row: CashOutRow, legs: readonly LegRow[]): CashOut {
  return {
    id: row.id,
    partyId: row.party_id,
    amount: money(row.amount, row.currency),
    policy: row.policy,
    state: row.state,
    failure: row.failure,
    payoutId: row.payout_id,
    requestedBy: row.requested_by,
    requestedAt: row.requested_at,
    endedAt: row.ended_at,
    legs: legs.map((leg): CashOutLeg => {
      return { settlementId: leg.settlement_id, legId: leg.leg_id, amount: money(leg.amount, row.currency) }
    }),
  }
}
