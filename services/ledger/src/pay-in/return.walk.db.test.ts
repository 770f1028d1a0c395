import type { Id } from '@draupnir/ids'
import type { Invoice } from '@draupnir/wire'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { refundPay } from '../recipe/refund.recipes.ts'
import { freshContext, ledgerDatabase, usd } from '../service.fixture.ts'
import { openShares, type Settlement } from '../settlement/settlement.ts'
import { postTransaction } from '../transaction/post-transaction.ts'
import { verify } from '../verify/verify.ts'
import { trade } from './return.fixture.ts'

const { db } = await ledgerDatabase()

const step = fc.record({
  what: fc.constantFrom('pay in', 'invoice', 'pay', 'pay', 'commit', 'settle', 'release', 'return', 'return', 'refund'),
  amount: fc.integer({ min: 1, max: 400 }),
  which: fc.nat(),
})

/** Does what the steps say, as far as it is possible, and gives what the books say beside what they should. */
async function walk(steps: readonly { what: string; amount: number; which: number }[]) {
  const t = trade(freshContext(db))
  const cleared = new Map<Id<'payIn'>, number>()
  const invoices: Invoice[] = []
  const settlements = new Map<Id<'invoice'>, Settlement>()
  const late: [Invoice, Id<'collection'>][] = []
  let refunded = 0
  const pick = <T>(list: readonly T[], which: number) => list[which % Math.max(list.length, 1)]
  const openOf = (invoice: Invoice) => {
    const settlement = settlements.get(invoice.id)
    if (late.some(([it]) => it.id === invoice.id)) return 0
    if (settlement === undefined) return Number(invoice.total.amount)
    return Number(openShares(settlement).reduce((sum, it) => sum + it.amount, 0n))
  }
  for (const { what, amount, which } of steps) {
    t.ctx.clock.advance(1_000)
    const invoice = pick(invoices, which)
    if (what === 'pay in') cleared.set(await t.paysIn(amount), amount)
    if (what === 'invoice') invoices.push(t.invoiceOf(amount, which % 100 || 1))
    const part = invoice === undefined ? 0 : Math.min(openOf(invoice), amount, Number(await t.available()))
    if (what === 'pay' && invoice !== undefined && part > 0) settlements.set(invoice.id, await t.pay(invoice, part))
    if (what === 'commit' && invoice !== undefined && part > 0) late.push([invoice, await t.commitTo(invoice, part)])
    if (what === 'settle') {
      for (const [invoice, collection] of late.splice(0)) {
        const settlement = await t.settle(invoice, collection)
        if (settlement !== null) settlements.set(invoice.id, settlement)
      }
    }
    const refund = Math.min(amount, Number(await t.available()))
    if (what === 'refund' && refund > 0) {
      refunded += refund
      const input = { buyer_id: t.buyer, rail: 'ach' as const, amount: usd(refund) }
      const reference = `refund-${refunded}`
      await postTransaction(t.ctx, { recipe: refundPay, input, cause: reference, reference, effectiveAt: t.ctx.now() })
    }
    if (what === 'release') for (const settlement of settlements.values()) await t.release(settlement)
    const payIn = pick([...cleared.keys()], which)
    if (what === 'return' && payIn !== undefined) {
      await t.comesBack(payIn)
      cleared.delete(payIn)
      for (const [id, settlement] of settlements) settlements.set(id, await t.read(settlement.id))
    }
  }
  const cash = [...cleared.values()].reduce((a, b) => a + b, 0) - refunded
  const { held } = t
  const [told] = await db.sql<{ holding: string; committed: string }[]>`
    select (select coalesce(sum(amount - reversed), 0)::text from settlement_legs
        where tenant_id = ${t.ctx.tenant} and state = 'seasoning') as holding,
      (select coalesce(sum(amount), 0)::text from payments
        where tenant_id = ${t.ctx.tenant} and state = 'committed') as committed`
  const books = await held()
  const seasoning = (books['one:pay_in_holding'] ?? 0) + (books['two:pay_in_holding'] ?? 0)
  return {
    found: { cash: books['platform:cash.ach'] ?? 0, seasoning, committed: books['buyer:committed'] ?? 0 },
    expected: { cash, seasoning: Number(told?.holding), committed: Number(told?.committed) },
  }
}

it('keeps every book right, whatever is paid, settled, released and returned in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 25 }), async (steps) => {
      const { found, expected } = await walk(steps)
      expect(found).toEqual(expected)
      expect((await verify({ db })).filter((check) => !check.ok)).toEqual([])
    }),
    { numRuns: 25 },
  )
})
