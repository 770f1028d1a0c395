import { expect, it } from 'vitest'
import { BUYER, SELLER, usd } from './golden.ts'
import { payInReturn } from './pay-in-return.recipe.ts'
import { RECOURSE } from './recourse.ts'

const platform = ['fee_revenue', 'tax_payable']
const one = (from: (typeof RECOURSE)[number]) => ({
  from,
  party_id: platform.includes(from) ? null : BUYER,
  amount: usd('1'),
})
const read = (taken: readonly object[]) => payInReturn.read({ rail: 'ach', taken }).success

it('takes from every recourse in its order, and in no other', () => {
  expect(read(RECOURSE.map(one))).toBe(true)
  for (const [index, from] of RECOURSE.entries()) {
    for (const earlier of RECOURSE.slice(0, index)) expect(read([one(from), one(earlier)])).toBe(false)
  }
})

it('takes from one recourse of several parties', () => {
  expect(read([one('pay_in_holding'), { ...one('pay_in_holding'), party_id: SELLER }])).toBe(true)
})

it('takes nothing from a party where the platform has it, nor the other way round', () => {
  expect(read([{ ...one('fee_revenue'), party_id: SELLER }])).toBe(false)
  expect(read([{ ...one('available'), party_id: null }])).toBe(false)
})
