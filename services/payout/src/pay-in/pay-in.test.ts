import { nextId } from '@draupnir/testing'
import { describe, expect, it } from 'vitest'
import type { Standing } from '../payment-order/payment-order.ts'
import { payIn, T0 } from '../service.fixture.ts'
import { followPayIn, type PayInView, refusePayIn, reversePayIn, sendPayIn } from './pay-in.ts'

const UNDER_WAY: Standing = { kind: 'under-way' }
const EXECUTED: Standing = { kind: 'executed' }
const FAILED: Standing = { kind: 'failed', reason: 'returned: R01', code: 'R01' }

const processing: PayInView = { ...payIn, state: 'processing', payment_order_id: 'po_1' }
const cleared: PayInView = { ...processing, state: 'cleared', cleared_at: T0 }
const failed: PayInView = { ...processing, state: 'failed', failure: 'failed: closed' }
const returned: PayInView = {
  ...cleared,
  returned: { at: T0, reason: 'returned: R01', code: 'R01', reversed_by: null },
}

describe('a pay-in', () => {
  it('is processing once the bank took its order', () => expect(sendPayIn(payIn, 'po_1')).toEqual(processing))
  it.each([processing, cleared, failed])('stays as it is when its order is taken again, in $state', (it) =>
    expect(sendPayIn(it, 'po_2')).toBeNull(),
  )
  it('fails with the reason when the bank refuses it', () =>
    expect(refusePayIn(payIn, 'no such account')).toEqual({ ...payIn, state: 'failed', failure: 'no such account' }))
  it.each([processing, cleared, failed])('is not refused any more in $state', (it) =>
    expect(refusePayIn(it, 'late')).toBeNull(),
  )
  it('clears when executed', () => expect(followPayIn(processing, EXECUTED, T0)).toEqual(cleared))
  it('fails when it came back before it cleared', () =>
    expect(followPayIn(processing, FAILED, T0)).toEqual({ ...processing, state: 'failed', failure: 'returned: R01' }))
  it('keeps the fact that it was returned after it cleared', () =>
    expect(followPayIn(cleared, FAILED, T0)).toEqual(returned))
  it('knows by what the ledger took it back, once', () => {
    const id = nextId('transaction')
    const reversed = { ...returned, returned: { at: T0, reason: 'returned: R01', code: 'R01', reversed_by: id } }
    expect(reversePayIn(returned, id)).toEqual(reversed)
    expect(reversePayIn(reversed, nextId('transaction'))).toBeNull()
    expect(reversePayIn(cleared, id)).toBeNull()
  })
  it.each([
    ['under way', processing, UNDER_WAY],
    ['cleared already', cleared, EXECUTED],
    ['under way again', cleared, UNDER_WAY],
    ['failed already', failed, FAILED],
    ['failed, then executed', failed, EXECUTED],
    ['returned already', returned, FAILED],
    ['returned, then executed', returned, EXECUTED],
    ['not sent yet', payIn, EXECUTED],
  ])('stays as it is: %s', (_, before, standing) => expect(followPayIn(before, standing, T0)).toBeNull())
})
