import { addMs, MINUTE_MS } from '@draupnir/time'
import { describe, expect, it } from 'vitest'
import { contractOf, days, FEB, feeLine, flatLine, MAR, T0, usageLine } from '../service.fixture.ts'
import { gapsOf } from './gaps.ts'
import { desiredOf } from './mirror.ts'

const [fee, once, metered] = [flatLine('3100'), feeLine('500'), usageLine('200')]
const contract = contractOf([fee, once, metered])
const times = Object.fromEntries(contract.lines.map(({ id }) => [id, { starts_at: T0, billed_from: null }]))
const wanted = (now = T0, over = {}) => {
  const desired = desiredOf({ ...contract, ...over }, now)
  if (desired === null) throw new Error('not in force')
  return desired
}
const from = (at: typeof T0) => new Map([fee.id, once.id, `u_${metered.id}`].map((key) => [key, at]))
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
    const { lines, billedFrom } = gapsOf(wanted(), times, new Map([[fee.id, T0]]), T0)
    expect(lines).toEqual([])
    expect([...billedFrom]).toEqual([[fee.id, T0]])
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
    expect(ended.billedFrom.get(metered.id)).toBe(T0)
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
