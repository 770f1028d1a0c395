import { nextId } from '@draupnir/testing'
import type { Payout } from '@draupnir/wire'
import { describe, expect, it } from 'vitest'
import type { Standing } from '../payment-order/payment-order.ts'
import { aPayout, T0 } from '../service.fixture.ts'
import { directPayout, failPayout, followPayout, refusePayout, reservePayout, sendPayout } from './payout.ts'

const EXECUTED: Standing = { kind: 'executed' }
const FAILED: Standing = { kind: 'failed', reason: 'returned: R03', code: 'R03' }

const waiting: Payout = { ...aPayout, bank_account_id: null }
const reserved: Payout = { ...aPayout, state: 'reserved' }
const sent: Payout = { ...reserved, state: 'sent', payment_order_id: 'po_1' }
const settled: Payout = { ...sent, state: 'settled', settled_at: T0 }
const failed: Payout = { ...sent, state: 'failed', failure: 'x' }
const account = nextId('bankAccount')

describe('a payout', () => {
  it('goes to the account it waited for', () =>
    expect(directPayout(waiting, account)).toEqual({ ...waiting, bank_account_id: account }))
  it('keeps the account it has', () => expect(directPayout(aPayout, account)).toBeNull())

  it('is reserved by the ledger', () => expect(reservePayout(aPayout)).toEqual(reserved))
  it.each([reserved, sent, settled, failed])('is not reserved again in $state', (it) =>
    expect(reservePayout(it)).toBeNull(),
  )
  it('fails when the ledger refuses it', () =>
    expect(refusePayout(aPayout, 'x')).toEqual({ ...aPayout, state: 'failed', failure: 'x' }))
  it.each([reserved, sent, settled, failed])('cannot be refused by the ledger any more in $state', (it) =>
    expect(refusePayout(it, 'late')).toBeNull(),
  )

  it('is sent once the bank took its order', () => expect(sendPayout(reserved, 'po_1')).toEqual(sent))
  it.each([aPayout, sent, settled, failed])('is not sent from $state', (it) =>
    expect(sendPayout(it, 'po_2')).toBeNull(),
  )
  it('fails when the bank refuses its order', () =>
    expect(failPayout(reserved, 'x')).toEqual({ ...reserved, state: 'failed', failure: 'x' }))
  it.each([aPayout, sent, settled, failed])('cannot be refused by the bank in $state', (it) =>
    expect(failPayout(it, 'late')).toBeNull(),
  )

  it('settles when executed', () => expect(followPayout(sent, EXECUTED, T0)).toEqual(settled))
  it.each([sent, settled])('fails when it comes back, from $state', (it) =>
    expect(followPayout(it, FAILED, T0)).toEqual({ ...it, state: 'failed', failure: 'returned: R03' }),
  )
  it.each([
    ['under way', sent, { kind: 'under-way' } as const],
    ['settled already', settled, EXECUTED],
    ['failed already', failed, FAILED],
    ['failed, then executed', failed, EXECUTED],
    ['not sent yet', reserved, EXECUTED],
  ])('stays as it is: %s', (_, before, standing) => expect(followPayout(before, standing, T0)).toBeNull())
})
