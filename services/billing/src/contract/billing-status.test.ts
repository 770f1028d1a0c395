import { expect, it } from 'vitest'
import { billingStatusOf } from './billing-status.ts'

it.each([
  ['none', { open: 0, pastDue: 0, paid: 0, ended: false }],
  ['none', { open: 0, pastDue: 0, paid: 0, ended: true }],
  ['due', { open: 1, pastDue: 0, paid: 3, ended: false }],
  ['due', { open: 1, pastDue: 0, paid: 0, ended: true }],
  ['past_due', { open: 1, pastDue: 1, paid: 3, ended: true }],
  ['current', { open: 0, pastDue: 0, paid: 1, ended: false }],
  ['settled', { open: 0, pastDue: 0, paid: 1, ended: true }],
] as const)('is %s with %o', (status, standing) => {
  expect(billingStatusOf(standing)).toBe(status)
})
