import { type Context, transact } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import { findSeasoningPolicy, insertSeasoningPolicy } from './seasoning.store.ts'
import { DEFAULT_POLICY, FUNDINGS, RISK_TIERS, type SeasoningPolicy } from './seasoning.ts'

export type SetSeasoningPolicy = Pick<SeasoningPolicy, 'rules' | 'reason'>

/** A version of the policy of this marketplace, the newest when null. Refuses `request.not-found`. */
export async function readSeasoningPolicy(ctx: Context, version: number | null): Promise<SeasoningPolicy> {
  const found = await findSeasoningPolicy(ctx, version)
  if (found !== null) return found
  // The default is kept when it is first used; until then it is what the code says.
  if (version === null || version === DEFAULT_POLICY.version) return DEFAULT_POLICY
  return refuse('request.not-found', { version })
}

/** The policy that holds now, kept, so that what refers to its version can be explained for ever. */
export async function keptSeasoningPolicy(ctx: Context): Promise<SeasoningPolicy> {
  const found = await findSeasoningPolicy(ctx, null)
  if (found !== null) return found
  await insertSeasoningPolicy(ctx, DEFAULT_POLICY)
  return (await findSeasoningPolicy(ctx, null)) ?? DEFAULT_POLICY
}

/**
 * How long earnings rest that begin to season from now on; what seasons already matures as it was to. Quiet when the rules
 * are those that hold. Refuses `request.conflict` when somebody else sets it at the same time.
 */
export function setSeasoningPolicy(ctx: Context, { rules, reason }: SetSeasoningPolicy): Promise<SeasoningPolicy> {
  return transact(ctx, async (ctx) => {
    const before = await keptSeasoningPolicy(ctx)
    if (isSame(before.rules, rules)) return before
    const policy = { version: before.version + 1, rules, reason, set: { by: ctx.actor, at: ctx.now() } }
    if (!(await insertSeasoningPolicy(ctx, policy))) refuse('request.conflict', { version: policy.version })
    return policy
  })
}

function isSame(a: SeasoningPolicy['rules'], b: SeasoningPolicy['rules']): boolean {
  return FUNDINGS.every((rail) => RISK_TIERS.every((tier) => a[rail][tier] === b[rail][tier]))
}
