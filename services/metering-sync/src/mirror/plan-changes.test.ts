import { expect, it } from 'vitest'
import { contractOf, feeLine, flatLine, T0, usageLine } from '../service.fixture.ts'
import { desiredOf } from './mirror.ts'
import { describeChanges, planChanges } from './plan-changes.ts'

const [fee, once, metered] = [flatLine('1000'), feeLine('500'), usageLine('200')]
const contract = contractOf([fee, once, metered])
const cards = desiredOf({ contract, lines: {}, boughtFrom: null }, T0)?.rateCards ?? []
const boughtBy: string = contract.buyer_id
const actual = [
  { key: fee.id, terms: 'flat 10', boughtBy, once: false },
  { key: once.id, terms: 'flat 5', boughtBy, once: true },
  { key: `u_${metered.id}`, terms: '2', boughtBy, once: false },
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

it('adds what was sold to another buyer, on the same terms', () => {
  const passed = actual.map((item) => ({ ...item, boughtBy: 'pty_before' }))
  const changes = planChanges(cards, passed)
  expect(changes).toEqual([
    { op: 'add', card: cards[0] },
    { op: 'add', card: cards[2] },
  ])
  expect(describeChanges(changes.slice(0, 1), passed)).toEqual([
    `item ${fee.id} is sold to pty_before, agreed is ${boughtBy}`,
  ])
})

it('never touches a one-time fee again', () => {
  expect(
    planChanges(
      cards,
      [actual[0], { key: once.id, terms: 'flat 7', boughtBy, once: true }, actual[2]].filter(
        (one) => one !== undefined,
      ),
    ),
  ).toEqual([])
})

it('removes what nobody agreed to, first', () => {
  const stray = { key: 'lin_stray', terms: 'flat 1', boughtBy, once: false }
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
    { key: fee.id, terms: 'flat 99', boughtBy, once: false },
    { key: 'lin_stray', terms: null, boughtBy, once: false },
  ]
  expect(describeChanges(planChanges(cards, shown), shown)).toEqual([
    'item lin_stray is not agreed',
    `item ${fee.id} is flat 99, agreed is flat 10`,
    `item ${once.id} is missing`,
    `item u_${metered.id} is missing`,
  ])
})
