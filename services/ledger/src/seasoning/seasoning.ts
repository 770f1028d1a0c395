import type { Id } from '@draupnir/ids'
import { addDuration, type Duration, duration, type Instant } from '@draupnir/time'
import { RAILS, type Rail } from '../account/account.ts'

/** What an invoice was paid with: a rail, or other money of the wallet, such as a credit or earnings of the buyer. */
export const FUNDINGS = [...RAILS, 'other'] as const
export type FundedBy = Rail | 'other'

/** How likely it is that a seller is gone when money must be taken back. */
export const RISK_TIERS = ['trusted', 'standard', 'elevated', 'high'] as const
export type RiskTier = (typeof RISK_TIERS)[number]

/** How long earnings rest before their party may have them. */
export type SeasoningRules = Readonly<Record<FundedBy, Readonly<Record<RiskTier, Duration>>>>

export interface SeasoningPolicy {
  /** Grows by one with each change; 1 is the default. */
  readonly version: number
  readonly rules: SeasoningRules
  readonly reason: string
  /** Null for the default, which nobody set. */
  readonly set: { readonly by: string; readonly at: Instant } | null
}

/** Why a tranche matures when it does. */
export interface Seasoning {
  readonly rail: FundedBy
  readonly tier: RiskTier
  readonly policyVersion: number
  readonly dueAt: Instant
}

// Wires are final. Banks return ACH debits within two banking days, consumers' unauthorized ones within 60 days; card
// holders may dispute for 120 days; crypto is booked with finality, a reorganisation is a matter of hours.
export const DEFAULT_POLICY: SeasoningPolicy = {
  version: 1,
  rules: {
    wire: row('P0D', 'P0D', 'P1D', 'P3D'),
    ach: row('P1D', 'P2D', 'P5D', 'P60D'),
    card: row('P45D', 'P120D', 'P120D', 'P180D'),
    crypto: row('PT1H', 'PT6H', 'P1D', 'P3D'),
    other: row('P1D', 'P2D', 'P5D', 'P60D'),
  },
  reason: 'the default',
  set: null,
}

/** When a tranche of a seller that was paid with `funding` at `from` matures: what rests longest decides. */
export function seasoningFor(
  policy: SeasoningPolicy,
  tier: RiskTier,
  funding: ReadonlySet<FundedBy>,
  from: Instant,
): Seasoning {
  const paid = FUNDINGS.filter((rail) => funding.has(rail))
  const all = (paid.length === 0 ? (['other'] as const) : paid).map((rail) => ({
    rail,
    tier,
    policyVersion: policy.version,
    dueAt: addDuration(from, policy.rules[rail][tier]),
  }))
  return all.reduce((longest, it) => (it.dueAt > longest.dueAt ? it : longest))
}

/** The tier of a party, with who said so and why. */
export interface RiskRating {
  readonly partyId: Id<'party'>
  readonly tier: RiskTier
  readonly reason: string
  readonly by: string
  readonly at: Instant
}

function row(trusted: string, standard: string, elevated: string, high: string) {
  return {
    trusted: duration(trusted),
    standard: duration(standard),
    elevated: duration(elevated),
    high: duration(high),
  }
}
