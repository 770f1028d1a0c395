import { expect, it } from 'vitest'
import { contractOf, feeLine, flatLine, T0, usageLine } from '../service.fixture.ts'
import { desiredOf } from './mirror.ts'
import { describeChanges, planChanges } from './plan-changes.ts'

const [fee, once, metered] = [flatLine('1000'), feeLine('500'), usageLine('200')]
const cards = desiredOf(contractOf([fee, once, metered]), {}, T0)?.rateCards ?? []
const actual = [
  { key: fee.id, terms: 'flat 10', once: false },
  { key: once.id, terms: 'flat 5', once: true },
  { key: `u_${metered.id}`, terms: '2', once: false },
]

it('is quiet when all is there', () => {
  expect(planChanges(cards, actual)).toEqual([])
})

it('adds what is missing', () => {
  expect(planChanges(cards, actual.slice(1))).toEqual([{ op: 'add', card: cards[0] }])
})

it('adds another price over the one in force', () => {
  const dearer = actual.map((item) => ({ ...item, terms: 'flat 99' }))
  expect(planChanges(cards, dearer).map((change) => change.op === 'add' && change.card.key)).toEqual([
    fee.id,
    `u_${metered.id}`,
  ])
})

it('never touches a one-time fee again', () => {
  expect(
    planChanges(
      cards,
      [actual[0], { key: once.id, terms: 'flat 7', once: true }, actual[2]].filter((one) => one !== undefined),
    ),
  ).toEqual([])
})

it('removes what nobody agreed to, first', () => {
  const stray = { key: 'lin_stray', terms: 'flat 1', once: false }
  expect(planChanges(cards, [...actual.slice(1), stray])).toEqual([
    { op: 'remove', key: 'lin_stray' },
    { op: 'add', card: cards[0] },
  ])
})

it('leaves a one-time fee that is sold no more: it was billed', () => {
  expect(planChanges([], actual.slice(1, 2))).toEqual([])
})

it('says what differs', () => {
  const shown = [
    { key: fee.id, terms: 'flat 99', once: false },
    { key: 'lin_stray', terms: null, once: false },
  ]
  expect(describeChanges(planChanges(cards, shown), shown)).toEqual([
    'item lin_stray is not agreed',
    `item ${fee.id} is flat 99, agreed is flat 10`,
    `item ${once.id} is missing`,
    `item u_${metered.id} is missing`,
  ])
})
