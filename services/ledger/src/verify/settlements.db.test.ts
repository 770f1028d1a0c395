import { nextId } from '@draupnir/testing'
import { beforeAll, expect, it } from 'vitest'
import { commit, freshContext, ledgerDatabase, paidInvoice, payIn, START } from '../service.fixture.ts'
import { settlePayment } from '../settlement/settle-payment.ts'
import { verify } from './verify.ts'

const { db, owner } = await ledgerDatabase()
const ctx = freshContext(db)
const sellerId = nextId('party')
const invoice = paidInvoice([[sellerId, 100]])
const { id: invoice_id, contract_id, buyer_id: buyer } = invoice
let lot = ''
let collection = ''
let settlement = ''

beforeAll(async () => {
  lot = await payIn(ctx, buyer, 100)
  const collectionId = await commit(ctx, buyer, 60, { invoice_id, contract_id })
  collection = collectionId
  const settled = await settlePayment(ctx, { invoice, collectionId, cause: 'paid', paidAt: START })
  settlement = settled?.id ?? ''
})

/** Lets the owner spoil something, looks, and puts it right again. */
async function spoiled(spoil: string, mend: string): Promise<string[]> {
  await owner.sql.unsafe(spoil)
  const found = (await verify({ db })).flatMap(({ name, findings }) => findings.map(({ row }) => `${name}: ${row}`))
  await owner.sql.unsafe(mend)
  return found
}

const by = (what: string, amount: string) => `update ${what} set amount = amount ${amount}`

it('finds nothing wrong in what the verbs made', async () => {
  expect(await spoiled('select 1', 'select 1')).toEqual([])
})

it('names a settlement whose shares are not the whole', async () => {
  const change = (to: string) => `update settlements set gross = gross ${to}`
  expect(await spoiled(change('+ 1'), change('- 1'))).toEqual([
    `ledger.settlements-whole: settlement ${ctx.tenant}/${settlement}`,
  ])
})

it('names a payment whose legs are not what was paid, or not what was taken back', async () => {
  const named = [`ledger.settlements-whole: payment ${ctx.tenant}/${collection}`]
  const platform = "where kind = 'platform_fee'"
  expect(
    await spoiled(`${by('settlement_legs', '- 1')} ${platform}`, `${by('settlement_legs', '+ 1')} ${platform}`),
  ).toEqual(named)
  const taken = (amount: number) => `update settlement_legs set reversed = ${amount} ${platform}`
  expect(await spoiled(taken(1), taken(0))).toEqual(expect.arrayContaining(named))
})

it('names a leg of which nobody took back what is reversed, and a reversal that no transaction made', async () => {
  const [leg] = await db.sql<{ id: string; to_ref: string }[]>`
    select id, to_ref from settlement_legs where kind = 'platform_fee'`
  const taken = (amount: number) => `update settlement_legs set reversed = ${amount} where id = '${leg?.id}'`
  expect(await spoiled(taken(1), taken(0))).toContain(`ledger.reversals-whole: leg ${ctx.tenant}/${leg?.id}`)
  const forged = `insert into settlement_reversals values
    ('${ctx.tenant}', '${leg?.id}', 'txn_forged', '${leg?.to_ref}', '${lot}', 1, 'USD', now())`
  expect(await spoiled(forged, "delete from settlement_reversals where transaction_id = 'txn_forged'")).toContain(
    `ledger.reversals-whole: transaction ${ctx.tenant}/txn_forged`,
  )
})

it('names an account that holds less than what seasons or is committed there', async () => {
  const holding = `${sellerId}:pay_in_holding:USD`
  const legs = (to: string) => `update settlement_legs set amount = amount ${to} where kind = 'seller_net'`
  expect(await spoiled(legs('+ 1'), legs('- 1'))).toContain(`ledger.legs-covered: account ${ctx.tenant}/${holding}`)
  const state = (from: string, to: string) => `update payments set state = '${to}' where state = '${from}'`
  expect(await spoiled(state('settled', 'committed'), state('committed', 'settled'))).toContain(
    `ledger.legs-covered: account ${ctx.tenant}/${buyer}:committed:USD`,
  )
})

it('names a share of which more than all is paid', async () => {
  const change = (to: string) =>
    `update settlement_shares set amount = ${to} where kind = 'platform_fee'; update settlements set gross = 90 + ${to}`
  expect(await spoiled(change('5'), change('10'))).toEqual([
    `ledger.settlements-whole: settlement ${ctx.tenant}/${settlement}`,
  ])
})

it('names a lot of which more is in use than it brought', async () => {
  expect(await spoiled(by('funding_lots', '- 1'), by('funding_lots', '+ 1'))).toEqual([
    `ledger.lots-whole: lot ${ctx.tenant}/${lot}`,
  ])
})

it('names a payment that stands on less than it is', async () => {
  const found = await spoiled(by('funding_uses', '- 1'), by('funding_uses', '+ 1'))
  expect(found).toContain(`ledger.payments-funded: payment ${ctx.tenant}/${collection}`)
})

it.each([
  ['remaining', '+ 1'],
  ['recouped', '+ 1'],
  ['amount', '+ 1'],
])('names a lot whose %s was changed', async (column, by) => {
  const change = (to: string) => `update funding_lots set ${column} = ${column} ${to}`
  expect(await spoiled(change(by), change('- 1'))).toEqual([`ledger.lots-whole: lot ${ctx.tenant}/${lot}`])
})

it('names a lot that was returned and is still in use', async () => {
  const returned = (at: string, remaining: number, by: string) =>
    `update funding_lots set returned_at = ${at}, remaining = ${remaining}, returned_by = ${by}`
  expect(await spoiled(returned('now()', 0, "'x'"), returned('null', 40, 'null'))).toEqual([
    `ledger.lots-whole: lot ${ctx.tenant}/${lot}`,
  ])
})

it('names a leg that says it is reversed and is not', async () => {
  const [leg] = await db.sql<{ id: string; state: string }[]>`
    select id, state from settlement_legs where kind = 'platform_fee'`
  const state = (to: string) => `update settlement_legs set state = '${to}' where id = '${leg?.id}'`
  expect(await spoiled(state('reversed'), state(leg?.state ?? ''))).toEqual([
    `ledger.reversals-whole: leg ${ctx.tenant}/${leg?.id}`,
  ])
})

it('names a payment of which less was taken back than it says', async () => {
  const reversed = (by: string) => `update payments set reversed = reversed ${by}`
  expect(await spoiled(reversed('+ 1'), reversed('- 1'))).toEqual([
    `ledger.settlements-whole: payment ${ctx.tenant}/${collection}`,
    `ledger.payments-funded: payment ${ctx.tenant}/${collection}`,
  ])
})

it('names a payment that stands on nothing', async () => {
  const taken = 'create table kept as select * from funding_uses; delete from funding_uses'
  expect(await spoiled(taken, 'insert into funding_uses select * from kept; drop table kept')).toEqual([
    `ledger.lots-whole: lot ${ctx.tenant}/${lot}`,
    `ledger.payments-funded: payment ${ctx.tenant}/${collection}`,
  ])
})
