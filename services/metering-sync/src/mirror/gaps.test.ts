import { addMs, type Instant, MINUTE_MS } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import { describe, expect, it } from 'vitest'
import { contractOf, days, FEB, feeLine, flatLine, MAR, T0, usageLine } from '../service.fixture.ts'
import type { Agreed } from './agreed.ts'
import { gapsOf, type Version, type Versions } from './gaps.ts'
import { cardsOf, desiredOf } from './mirror.ts'

const [fee, once, metered] = [flatLine('3100'), feeLine('500'), usageLine('200')]
const contract = contractOf([fee, once, metered])
const held = (over: Partial<ContractState> = {}) => ({
  contract: { ...contract, ...over },
  lines: {},
  boughtFrom: null,
})
const sell = (over: Partial<ContractState> = {}) => cardsOf(held(over))
const bought = { by: contract.buyer_id, since: T0 }
const times: Agreed[] = [{ from: T0, cards: sell() }]
const wanted = (now = T0, over: Partial<ContractState> = {}) => {
  const desired = desiredOf(held(over), now)
  if (desired === null) throw new Error('not in force')
  return desired
}
const version = (at: Instant, over: Partial<Version> = {}): Version => ({
  from: at,
  to: null,
  bought,
  amount: '31',
  discount: '0',
  ...over,
})
const from = (at: Instant): Versions =>
  new Map([fee.id, once.id, `u_${metered.id}`].map((key) => [key, [version(at)]] as const))
const feeOnly = (...versions: Version[]): Versions => new Map([...from(T0), [fee.id, versions]])
const told = (coverage: ReturnType<typeof gapsOf>) =>
  coverage.lines.map(({ card, amount, period }) => [card.lineId, amount, period.to])

describe('while the contract runs', () => {
  it('bills nothing beside a subscription that began in time', () => {
    expect(gapsOf(wanted(), times, from(T0), T0).lines).toEqual([])
    expect(gapsOf(wanted(), times, from(addMs(T0, 2 * MINUTE_MS)), T0).lines).toEqual([])
  })

  it('bills what a late one missed of a recurring fee, with the fees of its period', () => {
    const late = gapsOf(wanted(days(10)), times, from(days(10)), days(10))
    expect(told(late)).toEqual([[fee.id, '10', days(10)]])
    expect(late.lines[0]).toMatchObject({ key: `${fee.id}:${T0}`, invoiceAt: FEB, period: { from: T0 } })
  })

  it('bills every period that was missed', () => {
    expect(told(gapsOf(wanted(days(31 + 14)), times, from(days(31 + 14)), days(45)))).toEqual([
      [fee.id, '31', FEB],
      [fee.id, '15.5', days(45)],
    ])
  })

  it('leaves out what has no item yet, and says from when the others are billed', () => {
    const { lines, billed } = gapsOf(wanted(), times, new Map([[fee.id, [version(T0)]]]), T0)
    expect(lines).toEqual([])
    expect([...billed]).toEqual([[fee.id, { from: T0, until: null, bought, pauses: [] }]])
  })

  it('bills the difference to a price and a discount that came late, nothing back for a fall', () => {
    const dearer = { price: { ...fee.price, unit_price: { amount: '6200', currency: 'USD' as const } } }
    const history = [
      ...times,
      { from: days(5), cards: sell({ lines: [{ ...fee, ...dearer }] }) },
      { from: days(10), cards: sell({ lines: [{ ...fee, ...dearer, discount_rate: '0.75' }] }) },
    ]
    const versions = feeOnly(version(T0, { to: days(12) }), version(days(12), { amount: '62', discount: '75' }))
    expect(told(gapsOf(wanted(days(12)), history, versions, days(12)))).toEqual([[fee.id, '5', days(10)]])
  })

  it('bills nothing for a suspension it learns of late, and the time after it', () => {
    const history = [...times, { from: days(2), cards: [] }, { from: days(4), cards: sell() }]
    const late = gapsOf(wanted(days(10)), history, from(days(10)), days(10))
    expect(told(late)).toEqual([
      [fee.id, '2', days(2)],
      [fee.id, '6', days(10)],
    ])
  })

  it('bills all of a line that came and went before OpenMeter knew', () => {
    const left = { lines: [fee] }
    const history = [...times, { from: days(3), cards: sell(left) }]
    const late = gapsOf(wanted(days(5), left), history, new Map([[fee.id, [version(T0)]]]), days(5))
    expect(told(late)).toEqual([
      [once.id, '5', days(3)],
      [metered.id, null, days(3)],
    ])
    expect(late.billed.get(metered.id)).toEqual({ from: T0, until: days(3), bought, pauses: [] })
  })

  it('knows when an item paused', () => {
    const versions = feeOnly(version(T0, { to: days(2) }), version(days(2), { to: days(3) }), version(days(5)))
    const history = [{ from: days(5), cards: sell() }]
    expect(gapsOf(wanted(days(6)), history, versions, days(6)).billed.get(fee.id)).toEqual({
      from: T0,
      until: null,
      bought,
      pauses: [{ from: days(3), to: days(5) }],
    })
  })
})

describe('when the contract ended before OpenMeter knew', () => {
  it('bills all of it, at once', () => {
    const ended = gapsOf(wanted(days(20), { ends_at: days(15.5) }), times, new Map(), days(20))
    expect(told(ended)).toEqual([
      [fee.id, '15.5', days(15.5)],
      [once.id, '5', days(15.5)],
      [metered.id, null, days(15.5)],
    ])
    expect(new Set(ended.lines.map(({ invoiceAt }) => invoiceAt))).toEqual(new Set([days(20)]))
    expect(ended.billed.get(metered.id)?.from).toBe(T0)
  })

  it('bills nothing of a contract that ended as it began', () => {
    expect(gapsOf(wanted(days(1), { ends_at: T0 }), times, new Map(), days(1)).lines).toEqual([])
  })

  it('bills whole periods as such', () => {
    expect(told(gapsOf(wanted(MAR, { ends_at: MAR }), times, new Map(), MAR)).slice(0, 2)).toEqual([
      [fee.id, '31', FEB],
      [fee.id, '31', MAR],
    ])
  })
})
