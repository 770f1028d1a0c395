import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import { seasoningRules } from './seasoning.schemas.ts'
import type { RiskRating, RiskTier, SeasoningPolicy } from './seasoning.ts'

interface PolicyRow {
  readonly version: number
  readonly rules: unknown
  readonly reason: string
  readonly set_by: string | null
  readonly set_at: Instant | null
}

/** A version of the tenant's policy, the newest when null. */
export async function findSeasoningPolicy(ctx: Context, version: number | null): Promise<SeasoningPolicy | null> {
  const { sql } = ctx.db
  const [row] = await sql<PolicyRow[]>`
    select version, rules, reason, set_by, set_at from seasoning_policies where tenant_id = ${ctx.tenant}
      ${version === null ? sql`` : sql`and version = ${version}`}
    order by version desc limit 1`
  if (row === undefined) return null
  const { rules, reason, set_by, set_at } = row
  const set = set_by === null || set_at === null ? null : { by: set_by, at: set_at }
  return { version: row.version, rules: seasoningRules.parse(rules), reason, set }
}

/** Keeps a new version; false when somebody else made it meanwhile. */
export async function insertSeasoningPolicy(ctx: Context, policy: SeasoningPolicy): Promise<boolean> {
  const { sql } = ctx.db
  const { version, rules, reason, set } = policy
  const kept = await sql`
    insert into seasoning_policies (tenant_id, version, rules, reason, set_by, set_at)
    values (${ctx.tenant}, ${version}, ${sql.typed.json(rules)}, ${reason}, ${set?.by ?? null}, ${set?.at ?? null})
    on conflict do nothing`
  return kept.count === 1
}

export async function insertRating(ctx: Context, { partyId, tier, reason, by, at }: RiskRating): Promise<void> {
  await ctx.db.sql`
    insert into risk_ratings (tenant_id, party_id, tier, reason, rated_by, rated_at)
    values (${ctx.tenant}, ${partyId}, ${tier}, ${reason}, ${by}, ${at})`
}

/** What was said of a party's risk, newest first. */
export async function ratingsOf(ctx: Context, partyId: Id<'party'>, limit: number): Promise<RiskRating[]> {
  return await ctx.db.sql<RiskRating[]>`
    select party_id as "partyId", tier, reason, rated_by as by, rated_at as at from risk_ratings
    where tenant_id = ${ctx.tenant} and party_id = ${partyId} order by id desc limit ${limit}`
}

/** The tier of each party that was rated. */
export async function tiersOf(
  ctx: Context,
  partyIds: readonly Id<'party'>[],
): Promise<ReadonlyMap<Id<'party'>, RiskTier>> {
  const rows = await ctx.db.sql<{ party_id: Id<'party'>; tier: RiskTier }[]>`
    select distinct on (party_id) party_id, tier from risk_ratings
    where tenant_id = ${ctx.tenant} and party_id = any(${[...partyIds]}) order by party_id, id desc`
  return new Map(rows.map(({ party_id, tier }) => [party_id, tier]))
}
