import { deliverOutOfOrder, deliverTwice, eventSource } from '@draupnir/testing'
import { CashOutRequested, PayInReversed, PayoutRefused, PayoutReserved } from '@draupnir/wire'
import { expect, it } from 'vitest'
import { readPayIn } from '../pay-in/read-pay-in.ts'
import { recordPayInStanding } from '../pay-in/record-pay-in-standing.ts'
import { recordSubmission } from '../pay-in/submit-pay-in.ts'
import { readPayout } from '../payout/read-payout.ts'
import { payoutService, T0, usd } from '../service.fixture.ts'

const { ctx, consumer, onboarded, account, cashOutOf, requested, onlyPayoutOf, submitted, factsOf, timers } =
  await payoutService()

const deliveries = [
  ['twice', deliverTwice],
  ['out of order', deliverOutOfOrder],
] as const

it.each(deliveries)('requests one payout of each cash-out, told %s', async (_, deliverSo) => {
  const { id } = await onboarded()
  await account(id)
  const source = eventSource()
  const [one, two] = [cashOutOf(id, 70), cashOutOf(id, 30)]
  await deliverSo(consumer, [
    source.next(CashOutRequested, { cash_out: one }),
    source.next(CashOutRequested, { cash_out: two }),
  ])
  const rows = await ctx.db.sql<{ id: string; amount: bigint; state: string }[]>`
    select id, amount, state from payouts where party_id = ${id} order by amount`
  expect(rows).toMatchObject([
    { amount: 30n, state: 'requested' },
    { amount: 70n, state: 'requested' },
  ])
  for (const row of rows) expect(await factsOf(row.id)).toEqual(['payout.payout.requested'])
})

it('leaves a payout waiting for a bank account, and tells nobody yet', async () => {
  const { id } = await onboarded()
  await deliverTwice(consumer, [eventSource().next(CashOutRequested, { cash_out: cashOutOf(id) })])
  const payout = await onlyPayoutOf(id)
  expect(payout).toMatchObject({ state: 'requested', bank_account_id: null })
  expect(await factsOf(payout.id)).toEqual([])
})

it.each(deliveries)('hands a reserved payout to the bank once, told %s', async (_, deliverSo) => {
  const payout = await requested()
  const reserved = {
    payout_id: payout.id,
    party_id: payout.party_id,
    amount: usd(100),
    transaction_id: ctx.newId('transaction'),
  }
  await deliverSo(consumer, [eventSource().next(PayoutReserved, reserved)])
  expect(await readPayout(ctx, payout.id)).toMatchObject({ state: 'reserved' })
  expect((await timers()).filter(({ key }) => key === payout.id)).toMatchObject([{ kind: 'payout.submit-payout' }])
})

it.each(deliveries)('ends a refused payout with the reason, and asks no bank, told %s', async (_, deliverSo) => {
  const payout = await requested()
  const refused = {
    payout_id: payout.id,
    party_id: payout.party_id,
    amount: usd(100),
    available: usd(99),
    code: 'ledger.balance-insufficient',
  }
  await deliverSo(consumer, [eventSource().next(PayoutRefused, refused)])
  expect(await readPayout(ctx, payout.id)).toMatchObject({ state: 'failed', failure: 'ledger.balance-insufficient' })
  expect((await timers()).filter(({ key }) => key === payout.id)).toEqual([])
})

it.each(deliveries)('knows that a returned pay-in was taken back, told %s', async (_, deliverSo) => {
  const payIn = await submitted()
  await recordSubmission(ctx, payIn.id, { ok: true, value: `po_${payIn.id}` })
  await recordPayInStanding(ctx, payIn.id, { kind: 'executed' })
  await recordPayInStanding(ctx, payIn.id, { kind: 'failed', reason: 'returned: R01', code: 'R01' })
  const { id: pay_in_id, party_id, amount } = payIn
  const [transaction_id, account] = [ctx.newId('transaction'), `${party_id}:available:USD`]
  const taken = { pay_in_id, party_id, amount, reason_code: 'R01', transaction_id, taken: [{ account, amount }] }
  await deliverSo(consumer, [eventSource().next(PayInReversed, { ...taken, reversed_at: T0 })])
  expect(await readPayIn(ctx, pay_in_id)).toMatchObject({ returned: { code: 'R01', reversed_by: transaction_id } })
})
