import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Currency } from '@draupnir/money'
import type { Instant } from '@draupnir/time'
import type { FundedBy, RiskTier } from '../seasoning/seasoning.ts'

export interface Tranche {
  readonly settlement_id: Id<'settlement'>
  readonly id: Id<'settlementLeg'>
  readonly amount: bigint
  readonly currency: Currency
  readonly due_at: Instant
  readonly rail: FundedBy
  readonly risk_tier: RiskTier
  readonly policy_version: number
  readonly overridden_by: string | null
  readonly override_reason: string | null
}

/** That somebody let a tranche mature at another time. */
export interface MaturityOverride {
  readonly leg_id: Id<'settlementLeg'>
  readonly due_before: Instant
  readonly due_at: Instant
  readonly reason: string
  readonly overridden_by: string
  readonly overridden_at: Instant
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
    select l.settlement_id, l.id, l.amount - l.reversed as amount, l.currency, l.due_at, l.rail, l.risk_tier, l.policy_version,
      o.overridden_by, o.reason as override_reason
    from settlement_legs l left join lateral (
      select overridden_by, reason from maturity_overrides o
      where o.tenant_id = l.tenant_id and o.leg_id = l.id order by o.id desc limit 1) o on true
    where l.tenant_id = ${ctx.tenant} and l.party_id = ${partyId} and l.state = 'seasoning'
      ${dueBefore === null ? sql`` : sql`and l.due_at < ${dueBefore}`}
      ${after === null ? sql`` : sql`and (l.due_at, l.id) > (${after[0]}::timestamptz, ${after[1]})`}
    order by l.due_at, l.id limit ${limit}`
}

/** Writes another maturity, and who set it and why. */
export async function saveMaturity(ctx: Context, override: MaturityOverride): Promise<void> {
  const { leg_id, due_before, due_at, reason, overridden_by, overridden_at } = override
  await ctx.db.sql`
    update settlement_legs set due_at = ${due_at} where tenant_id = ${ctx.tenant} and id = ${leg_id}`
  await ctx.db.sql`
    insert into maturity_overrides (tenant_id, leg_id, due_before, due_at, reason, overridden_by, overridden_at)
    values (${ctx.tenant}, ${leg_id}, ${due_before}, ${due_at}, ${reason}, ${overridden_by}, ${overridden_at})`
}

/** Who let legs mature at another time, the first first. */
export async function overridesOf(ctx: Context, legIds: readonly Id<'settlementLeg'>[]): Promise<MaturityOverride[]> {
  return await ctx.db.sql<MaturityOverride[]>`
    select leg_id, due_before, due_at, reason, overridden_by, overridden_at from maturity_overrides
    where tenant_id = ${ctx.tenant} and leg_id = any(${[...legIds]}) order by id`
}
