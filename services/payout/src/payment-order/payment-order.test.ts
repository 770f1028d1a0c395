import { expect, it } from 'vitest'
import { standingOf } from './payment-order.ts'

const said = (status: string, reconciliation_status = 'unreconciled', more = {}) =>
  standingOf({ status, reconciliation_status, ...more })

it.each(['needs_approval', 'approved', 'pending', 'processing', 'sent', 'held', 'something_new'])(
  '%s is under way',
  (status) => expect(said(status)).toEqual({ kind: 'under-way' }),
)
it('completed is executed only once it is matched to a posted transaction', () => {
  expect(said('completed')).toEqual({ kind: 'under-way' })
  expect(said('completed', 'tentatively_reconciled')).toEqual({ kind: 'under-way' })
  expect(said('completed', 'reconciled')).toEqual({ kind: 'executed' })
})
it.each(['failed', 'denied', 'cancelled', 'returned', 'reversed', 'stopped'])(
  '%s has failed, matched or not',
  (status) => {
    expect(said(status)).toEqual({ kind: 'failed', reason: status, code: status })
    expect(said(status, 'reconciled')).toEqual({ kind: 'failed', reason: status, code: status })
  },
)
it('gives the code of the return, or else what the bank says', () => {
  expect(said('returned', 'reconciled', { current_return: { code: 'R01' }, vendor_failure_reason: 'x' })).toEqual({
    kind: 'failed',
    reason: 'returned: R01',
    code: 'R01',
  })
  expect(said('failed', 'unreconciled', { current_return: null, vendor_failure_reason: 'closed' })).toEqual({
    kind: 'failed',
    reason: 'failed: closed',
    code: 'failed',
  })
})
