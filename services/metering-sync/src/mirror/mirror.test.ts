import { expect, it } from 'vitest'
import { contractOf, days, feeLine, flatLine, T0, usageLine } from '../service.fixture.ts'
import { desiredOf, freshSync } from './mirror.ts'

const cards = (...lines: Parameters<typeof contractOf>[0]) => desiredOf(contractOf(lines), T0)?.rateCards

it('makes a recurring fee of quantity × price, in major units', () => {
  const line = flatLine('1050', { quantity: '2.5' })
  expect(cards(line)).toEqual([
    {
      kind: 'flat',
      key: line.id,
      lineId: line.id,
      name: 'Support',
      description: `line:${line.id}`,
      cadence: 'P1M',
      amount: '26.25',
    },
  ])
})

it('rounds half a cent away from zero, once', () => {
  expect(cards(flatLine('0.5'), flatLine('0.4'), flatLine('0.1', { quantity: '25' }))).toMatchObject([
    { amount: '0.01' },
    { amount: '0' },
    { amount: '0.03' },
  ])
})

it('gives a one-time fee no cadence', () => {
  expect(cards(feeLine('500'))).toMatchObject([{ kind: 'flat', cadence: null, amount: '5' }])
})

it('prices usage by the unit, to the fraction of a cent', () => {
  const line = usageLine('235.5')
  expect(cards(line)).toMatchObject([{ kind: 'usage', key: `u_${line.id}`, cadence: 'P1M', unitAmount: '2.355' }])
})

it('knows an end that has come from one to come', () => {
  const contract = contractOf([flatLine()], { ends_at: days(1) })
  expect([days(0), days(1)].map((now) => desiredOf(contract, now)?.ended)).toEqual([false, true])
  expect(desiredOf(contractOf([flatLine()]), days(99))?.ended).toBe(false)
})

it('wants nothing of a contract that was never in force', () => {
  expect(desiredOf(contractOf([flatLine()], { activated_at: null, billing_anchor: null }), T0)).toBeNull()
})

it('begins pending, at version 0', () => {
  expect(freshSync(contractOf([]))).toMatchObject({ sync_state: 'pending', synced_version: 0, attempts: 0 })
})
