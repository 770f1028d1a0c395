import { parseId } from '@draupnir/ids'
import { money } from '@draupnir/money'
import { instant } from '@draupnir/time'
import { describe, expect, it } from 'vitest'
import { type CashOut, fail, payOut, reserve } from './cash-out.ts'
import { type CashOutPolicy, defaultPolicy, isEnough, isSamePolicy, nextDueAt } from './cash-out-policy.ts'

const at = instant('2026-01-01T00:00:00Z')
const usd = (amount: bigint) => money(amount, 'USD')
const partyId = parseId('party', `pty_${'0'.repeat(26)}`)
const payoutId = parseId('payout', `pyo_${'0'.repeat(26)}`)
const requested: CashOut = {
  id: parseId('cashOut', `cso_${'0'.repeat(26)}`),
  partyId,
  amount: usd(90n),
  policy: 'on_release',
  state: 'requested',
  failure: null,
  payoutId: null,
  legs: [],
  requestedBy: 'key_test',
  requestedAt: at,
  endedAt: null,
}
const reserved: CashOut = { ...requested, state: 'reserved', payoutId }
const paidOut: CashOut = { ...reserved, state: 'paid_out', endedAt: at }
const failed: CashOut = { ...reserved, state: 'failed', failure: 'R03', endedAt: at }

describe('a cash-out', () => {
  it('is reserved once', () => {
    expect(reserve(requested, payoutId)).toEqual(reserved)
    for (const it of [reserved, paidOut, failed]) expect(reserve(it, payoutId)).toBeNull()
  })
  it('is paid out only when it was reserved', () => {
    expect(payOut(reserved, at)).toEqual(paidOut)
    for (const it of [requested, paidOut, failed]) expect(payOut(it, at)).toBeNull()
  })
  it('fails from everywhere, once: a bank sends back what it had executed', () => {
    for (const it of [reserved, paidOut]) expect(fail(it, 'R03', at)).toEqual(failed)
    expect(fail(requested, 'R03', at)).toEqual({ ...failed, payoutId: null })
    expect(fail(failed, 'again', at)).toBeNull()
  })
})

describe('a policy', () => {
  const policy = (over: Partial<CashOutPolicy>): CashOutPolicy => ({ ...defaultPolicy(partyId), ...over })
  const weekly = policy({
    schedule: { kind: 'weekly', at: { time: '09:00', zone: 'Europe/Berlin', weekday: 'monday' } },
  })
  const threshold = policy({ schedule: { kind: 'threshold', threshold: usd(100n) } })

  it('comes round by the clock of its zone, or by no clock', () => {
    expect(nextDueAt(weekly, at)).toBe('2026-01-05T08:00:00.000Z')
    expect(nextDueAt(threshold, at)).toBeNull()
  })

  it.each([
    ['nothing', policy({}), 0n, false],
    ['something', policy({}), 1n, true],
    ['less than the minimum', policy({ minimum: usd(50n) }), 49n, false],
    ['the minimum', policy({ minimum: usd(50n) }), 50n, true],
    ['less than the minimum of another currency', policy({ minimum: money(50n, 'EUR') }), 1n, true],
    ['less than the threshold', threshold, 99n, false],
    ['the threshold', threshold, 100n, true],
    [
      'what has no threshold in its currency',
      policy({ schedule: { kind: 'threshold', threshold: money(1n, 'EUR') } }),
      99n,
      false,
    ],
  ])('decides whether %s is enough', (_, given, amount, enough) => expect(isEnough(given, usd(amount))).toBe(enough))

  it('says the same only when all of it is the same', () => {
    const all = [
      policy({}),
      weekly,
      policy({ schedule: { kind: 'weekly', at: { time: '09:00', zone: 'Europe/Berlin', weekday: 'tuesday' } } }),
      policy({ schedule: { kind: 'daily', at: { time: '09:00', zone: 'Europe/Berlin', weekday: null } } }),
      threshold,
      policy({ schedule: { kind: 'threshold', threshold: usd(101n) } }),
      policy({ minimum: usd(5n) }),
    ]
    for (const a of all) for (const b of all) expect(isSamePolicy(a, b)).toBe(a === b)
  })
})
