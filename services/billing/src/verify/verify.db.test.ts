import { beforeAll, expect, it } from 'vitest'
import { readInvoice } from '../invoice/read-invoice.ts'
import { billingService } from '../service.fixture.ts'
import { verify } from './verify.ts'

const { db, owner, ctx, owed, pays } = await billingService()

let paid = ''
let open = ''
beforeAll(async () => {
  const invoice = await owed()
  await pays(invoice.id)
  paid = invoice.id
  open = (await owed()).id
  await owed(0)
})

const broken = async () =>
  (await verify({ db })).flatMap(({ name, findings }) => findings.map(({ row }) => `${name}: ${row}`))

/** Breaks something as the owner, looks, and mends it. */
async function afterBreaking(change: string, mend: string): Promise<string[]> {
  await owner.sql.unsafe(change)
  const found = await broken()
  await owner.sql.unsafe(mend)
  return found
}

it('finds nothing wrong after every verb', async () => {
  expect(await broken()).toEqual([])
})

it('names an invoice whose lines do not sum to its total', async () => {
  const set = (amount: number) =>
    `update invoices set lines = jsonb_set(lines, '{0,amount,amount}', '"${amount}"') where id = '${open}'`
  expect(await afterBreaking(set(999), set(1000))).toEqual([`billing.lines-sum-to-total: invoice ${open}`])
})

it('names an invoice of OpenMeter that its invoices do not sum to', async () => {
  const { openmeter_invoice_id } = await readInvoice(ctx, JSON.parse(JSON.stringify(open)))
  const set = (total: number) => `update invoices set rated_total = ${total} where id = '${open}'`
  expect(await afterBreaking(set(1001), set(1000))).toEqual([
    `billing.portions-sum-to-openmeter: OpenMeter invoice ${openmeter_invoice_id}`,
  ])
})

it('names an invoice with a line of somebody else', async () => {
  const { contract_id } = await readInvoice(ctx, JSON.parse(JSON.stringify(open)))
  const set = (who: string) =>
    `update contracts set buyers = jsonb_set(buyers, '{0,buyer_id}', ${who}) where id = '${contract_id}'`
  expect(await afterBreaking(set(`'"pty_x"'`), set(`contract -> 'buyer_id'`))).toEqual([
    `billing.lines-of-their-buyer: invoice ${open}`,
  ])
})

it('names a marketplace whose numbers have a gap', async () => {
  const set = (by: number) => `update invoice_numbers set last_number = last_number + ${by}`
  expect(await afterBreaking(set(1), set(-1))).toEqual([`billing.numbers-gapless: tenant ${ctx.tenant}`])
})

it('names a paid invoice that nobody collected', async () => {
  const set = (amount: number) => `update collections set amount = ${amount} where invoice_id = '${paid}'`
  expect(await afterBreaking(set(1), set(1000))).toEqual([`billing.paid-means-collected: invoice ${paid}`])
})

it('names an invoice collected and not paid', async () => {
  const set = (state: string) => `update collections set state = '${state}' where invoice_id = '${open}'`
  expect(await afterBreaking(set('committed'), set('requested'))).toEqual([
    `billing.paid-means-collected: invoice ${open}`,
  ])
})

it('names an invoice of which more is collected than it comes to', async () => {
  const copy = `insert into collections (id, tenant_id, invoice_id, attempt, state, amount, reversed, currency, requested_at, funds_came)
    select 'col_copy', tenant_id, invoice_id, 2, 'requested', 1, 0, currency, requested_at, false
    from collections where invoice_id = '${paid}'`
  expect(await afterBreaking(copy, `delete from collections where id = 'col_copy'`)).toEqual([
    `billing.collected-once: invoice ${paid}`,
  ])
})

it('names an invoice of which less is paid than was collected', async () => {
  const set = (amount: number) => `update invoices set amount_paid = ${amount} where id = '${paid}'`
  expect(await afterBreaking(set(999), set(1000))).toEqual([`billing.paid-means-collected: invoice ${paid}`])
})

it('names an open invoice that nobody asks for', async () => {
  const set = (state: string, came: boolean) =>
    `update collections set state = '${state}', funds_came = ${came} where invoice_id = '${open}'`
  expect(await afterBreaking(set('refused', true), set('requested', false))).toEqual([
    `billing.open-means-asked: invoice ${open}`,
  ])
})

it('names a contract whose status is not what its invoices say', async () => {
  const { contract_id } = await readInvoice(ctx, JSON.parse(JSON.stringify(open)))
  const set = (status: string) => `update contracts set billing_status = '${status}' where id = '${contract_id}'`
  expect(await afterBreaking(set('current'), set('due'))).toEqual([
    `billing.status-follows-invoices: contract ${contract_id}`,
  ])
})
