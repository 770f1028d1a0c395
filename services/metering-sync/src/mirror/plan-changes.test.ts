import { expect, it } from 'vitest'
import { contractOf, feeLine, flatLine, T0, usageLine } from '../service.fixture.ts'
import { desiredOf } from './mirror.ts'
import { planChanges } from './plan-changes.ts'

const [fee, once, metered] = [flatLine('1000'), feeLine('500'), usageLine('200')]
const cards = desiredOf(contractOf([fee, once, metered]), T0)?.rateCards ?? []
const actual = [
  { key: fee.id, amount: '10' },
  { key: once.id, amount: '5' },
  { key: `u_${metered.id}`, amount: '2.0' },
]

it('is quiet when all is there, however OpenMeter writes the amounts', () => {
  expect(planChanges(cards, actual)).toEqual([])
})

it('adds what is missing', () => {
  expect(planChanges(cards, actual.slice(1))).toEqual([{ op: 'add', card: cards[0] }])
})

it('adds another price over the one in force', () => {
  const dearer = actual.map((item) => ({ ...item, amount: '99' }))
  expect(planChanges(cards, dearer).map((change) => change.op === 'add' && change.card.key)).toEqual([
    fee.id,
    `u_${metered.id}`,
  ])
})

it('never touches a one-time fee again', () => {
  expect(
    planChanges(
      cards,
      [actual[0], { key: once.id, amount: '7' }, actual[2]].filter((one) => one !== undefined),
    ),
  ).toEqual([])
})

it('removes what nobody agreed to, first', () => {
  const stray = { key: 'lin_stray', amount: '1' }
  expect(planChanges(cards, [...actual.slice(1), stray])).toEqual([
    { op: 'remove', key: 'lin_stray' },
    { op: 'add', card: cards[0] },
  ])
})
