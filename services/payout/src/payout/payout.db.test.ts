import { nextId } from '@draupnir/testing'
import { describe, expect, it } from 'vitest'
import { keepBankAccount } from '../bank-account/bank-account.store.ts'
import { recordRegistration } from '../bank-account/register-bank-account.ts'
import { payoutService } from '../service.fixture.ts'
import { readPayout } from './read-payout.ts'
import { recordPayoutStanding } from './record-payout-standing.ts'
import { requestPayout } from './request-payout.ts'
import { refusePayout, reservePayout } from './reserve-payout.ts'
import { recordSubmission } from './submit-payout.ts'

const { db, clock, ctx, onboarded, account, cashOutOf, requested, onlyPayoutOf, factsOf, timers, counts } =
  await payoutService()

describe('requesting a payout', () => {
  it('leaves nothing behind when the transaction fails', async () => {
    const { id } = await onboarded()
    await account(id)
    const before = await counts()
    const failed = db.transaction(async (tx) => {
      await requestPayout({ ...ctx, db: tx }, cashOutOf(id))
      throw new Error('later')
    })
    await expect(failed).rejects.toThrow('later')
    expect(await counts()).toBe(before)
  })

  it('is quiet for a cash-out that has one', async () => {
    const { id } = await onboarded()
    await account(id)
    const cashOut = cashOutOf(id)
    await requestPayout(ctx, cashOut)
    await requestPayout(ctx, cashOut)
    expect(await factsOf((await onlyPayoutOf(id)).id)).toEqual(['payout.payout.requested'])
  })

  it('goes to the account that was registered last', async () => {
    const { id } = await onboarded()
    await account(id)
    clock.advance(1)
    const last = await account(id)
    await requestPayout(ctx, cashOutOf(id))
    expect(await onlyPayoutOf(id)).toMatchObject({ bank_account_id: last.id })
  })

  it('waits for a bank account and goes to the one that comes', async () => {
    const { id } = await onboarded()
    await requestPayout(ctx, cashOutOf(id))
    const coming = nextId('bankAccount')
    await keepBankAccount(ctx, {
      id: coming,
      party_id: id,
      currency: 'USD',
      account_type: 'checking',
      last4: '1111',
      state: 'pending',
      failure: null,
    })
    expect(await factsOf((await onlyPayoutOf(id)).id)).toEqual([])
    await recordRegistration(ctx, coming, { ok: true, value: `ea_${coming}` })
    await recordRegistration(ctx, coming, { ok: true, value: `ea_${coming}` })
    const payout = await onlyPayoutOf(id)
    expect(payout).toMatchObject({ state: 'requested', bank_account_id: coming })
    expect(await factsOf(payout.id)).toEqual(['payout.payout.requested'])
    expect((await factsOf(id)).filter((type) => type === 'payout.bank_account.registered')).toHaveLength(1)
  })

  it('is bound to its cash-out by the database too', async () => {
    const { source, party_id } = await requested()
    const insert = db.sql`
      insert into payouts (id, tenant_id, party_id, rail, amount, currency, state, cash_out_id, legs, created_at)
      values ('pay_x', 'ten_x', ${party_id}, 'ach', 1, 'USD', 'requested', ${source.cash_out_id}, '[]', now())`
    await expect(insert).rejects.toThrow(/cash_out_id/)
  })
})

it('goes from reserved over sent to settled, and tells each once', async () => {
  const { id } = await requested()
  await reservePayout(ctx, id)
  await reservePayout(ctx, id)
  await refusePayout(ctx, id, 'late')
  await recordSubmission(ctx, id, { ok: true, value: `po_${id}` })
  await recordSubmission(ctx, id, { ok: true, value: 'po_other' })
  expect(await timers()).toContainEqual(expect.objectContaining({ key: `po_${id}` }))
  await recordPayoutStanding(ctx, id, { kind: 'executed' })
  await recordPayoutStanding(ctx, id, { kind: 'executed' })
  expect(await readPayout(ctx, id)).toMatchObject({ state: 'settled', payment_order_id: `po_${id}` })
  expect(await factsOf(id)).toEqual(['payout.payout.requested', 'payout.payout.sent', 'payout.payout.settled'])
})
