import { duration, instant } from '@draupnir/time'
import { describe, expect, it } from 'vitest'
import { seasoningRules } from './seasoning.schemas.ts'
import { DEFAULT_POLICY, FUNDINGS, type FundedBy, RISK_TIERS, seasoningFor } from './seasoning.ts'

const at = instant('2026-01-01T00:00:00Z')
const due = (paid: readonly FundedBy[], tier: (typeof RISK_TIERS)[number] = 'standard') =>
  seasoningFor(DEFAULT_POLICY, tier, new Set(paid), at)

describe('the default policy', () => {
  it.each([
    ['wire', 'standard', '2026-01-01T00:00:00.000Z'],
    ['ach', 'standard', '2026-01-03T00:00:00.000Z'],
    ['ach', 'trusted', '2026-01-02T00:00:00.000Z'],
    ['ach', 'high', '2026-03-02T00:00:00.000Z'],
    ['card', 'standard', '2026-05-01T00:00:00.000Z'],
    ['crypto', 'standard', '2026-01-01T06:00:00.000Z'],
    ['other', 'standard', '2026-01-03T00:00:00.000Z'],
  ] as const)('lets %s of a %s seller mature', (rail, tier, expected) => {
    expect(due([rail], tier)).toEqual({ rail, tier, policyVersion: 1, dueAt: expected })
  })

  it('rests no shorter the riskier the seller', () => {
    for (const rail of FUNDINGS) {
      const dues = RISK_TIERS.map((tier) => due([rail], tier).dueAt)
      expect([...dues].sort()).toEqual(dues)
    }
  })

  it('is one that could be set', () => expect(seasoningRules.parse(DEFAULT_POLICY.rules)).toEqual(DEFAULT_POLICY.rules))
})

it('lets what rests longest decide when several paid', () => {
  expect(due(['wire', 'ach'])).toMatchObject({ rail: 'ach' })
  expect(due(['ach', 'card', 'crypto'])).toMatchObject({ rail: 'card' })
  expect(due([])).toMatchObject({ rail: 'other' })
})

it.each(['P1M', 'P-1D', 'PT', 'P', 'P1DT', '2 days', 'P367D', 'PT30M'])('takes no rest of %s', (rest) => {
  const rules = { ...DEFAULT_POLICY.rules, ach: { ...DEFAULT_POLICY.rules.ach, standard: rest } }
  expect(seasoningRules.safeParse(rules).success).toBe(false)
})

it('takes no policy that leaves a rail or a tier open', () => {
  const { ach: _, ...without } = DEFAULT_POLICY.rules
  expect(seasoningRules.safeParse(without).success).toBe(false)
  const { high: __, ...open } = DEFAULT_POLICY.rules.ach
  expect(seasoningRules.safeParse({ ...DEFAULT_POLICY.rules, ach: open }).success).toBe(false)
  expect(
    seasoningRules.parse({ ...DEFAULT_POLICY.rules, wire: { ...DEFAULT_POLICY.rules.wire, high: 'P1W' } }),
  ).toMatchObject({
    wire: { high: duration('P1W') },
  })
})
