import type { ContractState } from '@draupnir/wire'
import { expect, it } from 'vitest'
import { contractOf, days, feeLine, flatLine, T0, usageLine } from '../service.fixture.ts'
import { termsOf } from './cards.ts'
import type { LineTimes } from './line-times.ts'
import { desiredOf, freshSync } from './mirror.ts'

const wanted = (contract: ContractState, now = T0, lines: LineTimes = {}) =>
  desiredOf({ contract, lines, boughtFrom: null }, now)
const cards = (...lines: Parameters<typeof contractOf>[0]) => wanted(contractOf(lines))?.rateCards

it('makes a recurring fee of quantity × price, in major units', () => {
  const line = flatLine('1050', { quantity: '2.5' })
  const contract = contractOf([line])
  expect(wanted(contract)?.rateCards).toEqual([
    {
      kind: 'flat',
      key: line.id,
      lineId: line.id,
      name: 'Support',
      description: `line:${line.id} buyer:${contract.buyer_id}`,
      bought: { by: contract.buyer_id, since: T0 },
      cadence: 'P1M',
      discount: '0',
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
  expect([days(0), days(1)].map((now) => wanted(contract, now)?.ended)).toEqual([false, true])
  expect(wanted(contractOf([flatLine()]), days(99))?.ended).toBe(false)
})

it('wants nothing of a contract that was never in force', () => {
  expect(wanted(contractOf([flatLine()], { activated_at: null, billing_anchor: null }))).toBeNull()
})

it('begins pending, at version 0', () => {
  expect(freshSync(contractOf([]))).toMatchObject({ sync_state: 'pending', synced_version: 0, attempts: 0 })
})

it('sells nothing while it is suspended', () => {
  const contract = contractOf([flatLine(), feeLine()], { lifecycle: 'suspended', suspended_at: T0 })
  expect(wanted(contract)?.rateCards).toEqual([])
})

it('sells a one-time fee once, and not at all when it was agreed for the past', () => {
  const [billed, late, fresh] = [feeLine(), feeLine(), feeLine()]
  const times = {
    [billed.id]: { starts_at: T0, billed_from: T0 },
    [late.id]: { starts_at: T0, billed_from: null, late: true },
  }
  const cards = wanted(contractOf([billed, late, fresh]), T0, times)?.rateCards
  expect(cards?.map(({ lineId }) => lineId)).toEqual([fresh.id])
})

it('says discounts in per cent, and the tiers of usage', () => {
  const usd = (amount: string) => ({ amount, currency: 'USD' as const })
  const tiers = [{ up_to: '100.0', unit_price: usd('250') }]
  const price = { type: 'usage' as const, unit: 'gpu_hour' as const, unit_price: usd('150'), tiers }
  const [card] = cards(flatLine('1', { price, discount_rate: '0.125' })) ?? []
  expect(card).toMatchObject({ discount: '12.5', unitAmount: '1.5', tiers: [{ upTo: '100', unitAmount: '2.5' }] })
  expect(card && termsOf(card)).toBe('up to 100 at 2.5, 1.5 less 12.5 %')
})

it('sells to the buyer who has it, since they bought', () => {
  const contract = contractOf([flatLine()])
  const [card] = desiredOf({ contract, lines: {}, boughtFrom: days(3) }, days(4))?.rateCards ?? []
  expect(card?.bought).toEqual({ by: contract.buyer_id, since: days(3) })
})
