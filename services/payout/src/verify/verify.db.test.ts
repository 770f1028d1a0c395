import { required } from '@draupnir/errors'
import { beforeAll, expect, it } from 'vitest'
import { payoutAtBank } from '../bank.fixture.ts'
import { readPayIn } from '../pay-in/read-pay-in.ts'
import { verify } from './verify.ts'

const bench = await payoutAtBank()
const { db, bank, owner, ctx, pass } = bench
let payIn = ''
let payout = ''
let order = ''
beforeAll(async () => {
  const id = await bench.payIn()
  payIn = id
  payout = await bench.payout()
  await pass('P4D')
  order = required((await readPayIn(ctx, id)).payment_order_id, 'the pay-in was submitted')
})

const found = async () =>
  (await verify({ db, bank })).flatMap(({ name, findings }) => findings.map(({ row }) => `${name}: ${row}`))

async function afterBreaking(change: string, mend: string): Promise<string[]> {
  await owner.sql.unsafe(change)
  const findings = await found()
  await owner.sql.unsafe(mend)
  return findings
}

it('finds nothing wrong after a pay-in and a payout', async () => expect(await found()).toEqual([]))

it('names an order whose pay-in is gone', async () => {
  const rename = (from: string, to: string) => `update pay_ins set id = '${to}' where id = '${from}'`
  expect(await afterBreaking(rename(payIn, 'pin_x'), rename('pin_x', payIn))).toContain(
    `payout.bank-orders-known: payment order ${order}`,
  )
})

it('names an order of another amount', async () => {
  const amount = (by: number) => `update pay_ins set amount = amount + ${by} where id = '${payIn}'`
  expect(await afterBreaking(amount(1), amount(-1))).toEqual([`payout.bank-orders-known: payment order ${order}`])
})

it('names what the bank does not know', async () => {
  const set = (id: string) => `update payouts set payment_order_id = '${id}' where id = '${payout}'`
  const [row] = await db.sql<{ id: string }[]>`select payment_order_id as id from payouts where id = ${payout}`
  expect(await afterBreaking(set('po_x'), set(row?.id ?? ''))).toEqual([`payout.orders-at-bank: ${payout}`])
})

it('names what is done there and not here', async () => {
  const set = (state: string) => `update pay_ins set state = '${state}' where id = '${payIn}'`
  expect(await afterBreaking(set('processing'), set('cleared'))).toEqual([
    `payout.done-as-bank-says: ${payIn}`,
    `payout.ends-told: pay-in ${payIn}`,
  ])
})

it('names a pay-in that came back', async () => {
  const set = (at: string, why: string) =>
    `update pay_ins set returned_at = ${at}, return_reason = ${why}, return_code = ${why} where id = '${payIn}'`
  expect(await afterBreaking(set('now()', "'R01'"), set('null', 'null'))).toEqual([
    `payout.done-as-bank-says: ${payIn}`,
    `payout.returns-reversed: pay-in ${payIn}`,
    `payout.ends-told: pay-in ${payIn}`,
  ])
})

it('names an end nobody was told of', async () => {
  const set = (by: string) => `update outbox_sequence set last_seq = last_seq ${by} where aggregate_id = '${payout}'`
  expect(await afterBreaking(set('- 1'), set('+ 1'))).toEqual([`payout.ends-told: payout ${payout}`])
})

it('names money that moves twice', async () => {
  const { items } = await bank.mt.paymentOrders.list({ external_id: payIn })
  const first = required(items[0], 'the pay-in is at the bank')
  await bank.mt.paymentOrders.create({
    type: 'ach',
    direction: 'debit',
    amount: first.amount,
    originating_account_id: first.originating_account_id,
    receiving_account_id: required(first.receiving_account_id, 'it has a receiver'),
    metadata: { draupnir_id: payIn },
  })
  expect((await found()).filter((line) => line.startsWith('payout.bank-orders-once'))).toHaveLength(1)
})
