import { parseId } from '@draupnir/ids'
import { money } from '@draupnir/money'
import { addMs, instant } from '@draupnir/time'
import { describe, expect, it } from 'vitest'
import { account } from '../account/account.ts'
import { BUYER, SELLER } from '../recipe/golden.ts'
import { asBooked, type Draft, isSameBody, mirror, type Posting, type Transaction } from './transaction.ts'

const AT = instant('2026-01-01T00:00:00Z')
const LATER = addMs(AT, 1)
const idOf = (n: number) => parseId('transaction', `txn_${String(n).padStart(26, '0')}`)
const [cash, wallet, other, committed] = [
  account.cash('ach', 'USD'),
  account.available(BUYER, 'USD'),
  account.available(SELLER, 'USD'),
  account.committed(BUYER, 'USD'),
]
const moves = (amount: bigint, debit = cash, credit = wallet): Posting => ({
  debit,
  credit,
  amount: money(amount, 'USD'),
})

const draft: Draft = {
  id: idOf(1),
  recipe: 'test.move',
  cause: 'a',
  reference: 'about',
  state: 'pending',
  undoes: idOf(9),
  actor: 'key_one',
  effectiveAt: AT,
  expiresAt: LATER,
  postings: [moves(5n), moves(7n)],
}
const { state, ...rest } = draft
const booked: Transaction = {
  ...rest,
  bookedAs: state,
  state,
  effectiveAt: AT,
  bookedAt: AT,
  resolvedBy: null,
  resolvedAt: null,
}

describe('a draft repeats what was booked', () => {
  it.each<[string, Partial<Draft>]>([
    ['as it was', {}],
    ['under another id', { id: idOf(2) }],
    ['by somebody else', { actor: 'key_two' }],
    ['at the moment of its booking, untold', { effectiveAt: null }],
  ])('%s', (_, change) => {
    expect(isSameBody({ ...draft, ...change }, booked)).toBe(true)
  })

  it('also when it has ended since', () => {
    const ended = { ...booked, state: 'voided', resolvedBy: 'b', resolvedAt: LATER } as const
    expect(isSameBody(draft, ended)).toBe(true)
    expect(asBooked(ended)).toEqual(booked)
  })
})

describe('a draft is another', () => {
  it.each<[string, Partial<Draft>]>([
    ['recipe', { recipe: 'test.other' }],
    ['cause', { cause: 'b' }],
    ['reference', { reference: 'about another' }],
    ['reference, of none', { reference: null }],
    ['state', { state: 'posted' }],
    ['transaction undone', { undoes: idOf(8) }],
    ['effective time', { effectiveAt: LATER }],
    ['expiry', { expiresAt: addMs(LATER, 1) }],
    ['expiry, of none', { expiresAt: null }],
    ['amount', { postings: [moves(5n), moves(8n)] }],
    ['debit account', { postings: [moves(5n), moves(7n, committed)] }],
    ['credit account', { postings: [moves(5n), moves(7n, cash, other)] }],
    ['order of postings', { postings: [moves(7n), moves(5n)] }],
    ['posting more', { postings: [moves(5n), moves(7n), moves(1n)] }],
    ['posting less', { postings: [moves(5n)] }],
  ])('by its %s', (_, change) => {
    expect(isSameBody({ ...draft, ...change }, booked)).toBe(false)
  })

  it('by its effective time, untold, when that was another than the moment of booking', () => {
    expect(isSameBody({ ...draft, effectiveAt: null }, { ...booked, effectiveAt: LATER })).toBe(false)
  })
})

it('is mirrored last first, each amount the other way round', () => {
  expect(mirror([moves(5n), moves(7n, wallet, committed)])).toEqual([
    moves(7n, committed, wallet),
    moves(5n, wallet, cash),
  ])
})
