import { emitted, expectRejection, nextId, testContext } from '@draupnir/testing'
import { PayInSubmitted } from '@draupnir/wire'
import { describe, expect, it } from 'vitest'
import { payoutService, T0, usd } from '../service.fixture.ts'
import { createPayIn } from './create-pay-in.ts'
import { listPayIns, readPayIn } from './read-pay-in.ts'
import { recordPayInStanding } from './record-pay-in-standing.ts'
import { recordSubmission } from './submit-pay-in.ts'

const { db, ctx, onboarded, account, submitted, factsOf, timers, counts } = await payoutService()
const processing = async () => {
  const { id } = await submitted()
  await recordSubmission(ctx, id, { ok: true, value: `po_${id}` })
  return id
}

describe('creating a pay-in', () => {
  it('tells of it and plans its submission in the same transaction', async () => {
    const payIn = await submitted()
    const { returned, ...told } = payIn
    expect((await emitted(db, PayInSubmitted)).at(-1)?.data).toEqual({ pay_in: told })
    expect(returned).toBeNull()
    expect(await timers()).toContainEqual({ kind: 'payout.submit-pay-in', key: payIn.id, due_at: T0 })
  })

  it('leaves nothing behind when the transaction fails', async () => {
    const { id } = await onboarded()
    const input = { partyId: id, bankAccountId: (await account(id)).id, amount: usd(1) }
    const before = await counts()
    const failed = db.transaction(async (tx) => {
      await createPayIn({ ...ctx, db: tx }, input)
      throw new Error('later')
    })
    await expect(failed).rejects.toThrow('later')
    expect(await counts()).toBe(before)
  })

  it('refuses the account of somebody else, another tenant, another currency, or one not registered', async () => {
    const [one, two] = [await onboarded(), await onboarded()]
    const { id: bankAccountId } = await account(one.id)
    const input = { partyId: one.id, bankAccountId, amount: usd(1) }
    await expectRejection(createPayIn(ctx, { ...input, partyId: two.id }), 'request.not-found')
    const stranger = testContext(db, { tenant: nextId('tenant') })
    await expectRejection(createPayIn(stranger, input), 'request.not-found')
    const euros = { amount: '1', currency: 'EUR' as const }
    await expectRejection(createPayIn(ctx, { ...input, amount: euros }), 'money.currency-mismatch')
    await db.sql`update bank_accounts set state = 'pending' where id = ${bankAccountId}`
    await expectRejection(createPayIn(ctx, input), 'payout.bank-account-not-active')
  })
})

describe('following a pay-in', () => {
  it('looks at the order once it is known, for its webhooks may have come before', async () => {
    const id = await processing()
    expect(await timers()).toContainEqual(
      expect.objectContaining({ kind: 'payout.refresh-payment-order', key: `po_${id}` }),
    )
  })

  it.each([
    ['executed', { kind: 'executed' }, 'payout.pay_in.cleared'],
    ['failed', { kind: 'failed', reason: 'returned: R01', code: 'R01' }, 'payout.pay_in.failed'],
  ] as const)('tells its end once: %s', async (_, standing, fact) => {
    const id = await processing()
    await recordPayInStanding(ctx, id, { kind: 'under-way' })
    await recordPayInStanding(ctx, id, standing)
    await recordPayInStanding(ctx, id, standing)
    expect(await factsOf(id)).toEqual(['payout.pay_in.submitted', fact])
  })

  it('records a submission once, whatever a second attempt says', async () => {
    const id = await processing()
    await recordSubmission(ctx, id, { ok: false, reason: 'late' })
    expect(await readPayIn(ctx, id)).toMatchObject({ state: 'processing', payment_order_id: `po_${id}` })
  })
})

it('lists newest first, page by page, of one tenant', async () => {
  const tenant = nextId('tenant')
  const own = testContext(db, { tenant, now: T0 })
  await db.sql`update pay_ins set tenant_id = ${tenant} where id in (select id from pay_ins order by id limit 3)`
  const all = await listPayIns(own, undefined, null, 10)
  expect(all).toHaveLength(3)
  const [first] = all
  if (first === undefined) throw new Error('nothing listed')
  expect(await listPayIns(own, undefined, [first.created_at, first.id], 10)).toEqual(all.slice(1))
  expect(await listPayIns(own, first.party_id, null, 10)).toEqual([first])
  await expectRejection(readPayIn(ctx, first.id), 'request.not-found')
})
