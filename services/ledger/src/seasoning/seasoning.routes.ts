import { component, defineRoute, strict } from '@draupnir/http'
import { idField, instantField, textField } from '@draupnir/wire'
import { z } from 'zod'
import { rateRisk, readRatings } from './rate-risk.ts'
import { riskTierField, seasoningRules } from './seasoning.schemas.ts'
import { FUNDINGS, RISK_TIERS, type RiskRating, type SeasoningPolicy } from './seasoning.ts'
import { readSeasoningPolicy, setSeasoningPolicy } from './set-seasoning-policy.ts'

const tags = ['Seasoning']
const ofParty = strict({ party_id: idField('party') })

const policyResource = component(
  'SeasoningPolicy',
  z.object({
    /** Legs name the version that set their maturity. */
    version: z.number().int().positive(),
    /** How long earnings rest, by what paid for them and by the risk tier of who earned them (ISO 8601). */
    rules: z.record(z.enum(FUNDINGS), z.record(z.enum(RISK_TIERS), z.string())),
    reason: z.string(),
    /** Null for the default, which nobody set. */
    set_by: z.string().nullable(),
    set_at: instantField.nullable(),
  }),
)

const rating = z.object({ tier: riskTierField, reason: z.string(), rated_by: z.string(), rated_at: instantField })
const riskResource = component(
  'RiskTier',
  z.object({
    party_id: idField('party'),
    /** `standard` for who was never rated. */
    tier: riskTierField,
    /** Newest first. */
    ratings: z.array(rating),
  }),
)

export const seasoningRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/ledger/seasoning-policy',
    scope: 'ledger:read',
    summary: 'Shows how long earnings rest, now or in an earlier version of the policy',
    tags,
    query: strict({
      version: z
        .string()
        .regex(/^[1-9]\d{0,8}$/)
        .transform(Number)
        .optional(),
    }),
    responses: { 200: policyResource },
    handler: async (ctx, { query }) => ({
      status: 200,
      body: wirePolicy(await readSeasoningPolicy(ctx, query.version ?? null)),
    }),
  }),
  defineRoute({
    method: 'put',
    path: '/v1/ledger/seasoning-policy',
    scope: 'ledger:write',
    summary: 'Makes a new version of the policy, for what begins to season from now on',
    tags,
    body: strict({ rules: seasoningRules, reason: textField(500) }),
    responses: { 200: policyResource },
    handler: async (ctx, { body }) => ({ status: 200, body: wirePolicy(await setSeasoningPolicy(ctx, body)) }),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/parties/{party_id}/risk-tier',
    scope: 'ledger:read',
    summary: 'Shows the risk tier of a party, with who said so and why',
    tags,
    params: ofParty,
    responses: { 200: riskResource },
    handler: async (ctx, { params }) => ({
      status: 200,
      body: wireRisk(params.party_id, await readRatings(ctx, params.party_id)),
    }),
  }),
  defineRoute({
    method: 'put',
    path: '/v1/parties/{party_id}/risk-tier',
    scope: 'ledger:write',
    summary: 'Puts a party into a risk tier, for what it earns from now on',
    tags,
    params: ofParty,
    body: strict({ tier: riskTierField, reason: textField(500) }),
    responses: { 200: riskResource },
    handler: async (ctx, { params, body }) => ({
      status: 200,
      body: wireRisk(params.party_id, await rateRisk(ctx, { partyId: params.party_id, ...body })),
    }),
  }),
]

function wirePolicy({ version, rules, reason, set }: SeasoningPolicy) {
  return { version, rules, reason, set_by: set?.by ?? null, set_at: set?.at ?? null }
}

function wireRisk(partyId: RiskRating['partyId'], ratings: readonly RiskRating[]) {
  const shown = ratings.map(({ tier, reason, by, at }) => ({ tier, reason, rated_by: by, rated_at: at }))
  return { party_id: partyId, tier: ratings[0]?.tier ?? 'standard', ratings: shown }
}
