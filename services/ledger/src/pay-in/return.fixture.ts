import { required } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { nextId } from '@draupnir/testing'
import { DAY_MS } from '@draupnir/time'
import type { Invoice } from '@draupnir/wire'
import { availableOf, books, commit, type freshContext, paidInvoice, payIn, START } from '../service.fixture.ts'
import { readSettlement } from '../settlement/read-settlement.ts'
import { releaseHolding } from '../settlement/release-holding.ts'
import { settlePayment } from '../settlement/settle-payment.ts'
import type { Settlement } from '../settlement/settlement.ts'
import { returnPayIn } from './return-pay-in.ts'

type Ctx = ReturnType<typeof freshContext>

/** One buyer, its pay-ins and invoices, and two sellers; fees are 10 %. */
export function trade(ctx: Ctx) {
  const [buyer, one, two] = [nextId('party'), nextId('party'), nextId('party')]

  /** An invoice of the buyer over these amounts of the sellers, nothing paid of it. */
  const invoiceOf = (...amounts: readonly number[]): Invoice =>
    paidInvoice(
      amounts.map((amount, index) => [index === 0 ? one : two, amount] as const),
      { buyer_id: buyer },
    )
  const commitTo = ({ id: invoice_id, contract_id, total }: Invoice, amount = Number(total.amount)) =>
    commit(ctx, buyer, amount, { invoice_id, contract_id })
  const settle = (invoice: Invoice, collectionId: Id<'collection'>) =>
    settlePayment(ctx, { invoice, collectionId, cause: `paid-${collectionId}`, paidAt: START })
  /** Commits and settles. */
  const pay = async (invoice: Invoice, amount = Number(invoice.total.amount)) => {
    const settlement = await settle(invoice, await commitTo(invoice, amount))
    return required(settlement, 'an invoice of something is settled')
  }
  /** Lets what is seasoning mature and releases it. */
  const release = async ({ id }: Settlement) => {
    ctx.clock.advance(2 * DAY_MS)
    for (const { id: legId, state } of (await readSettlement(ctx, id)).legs) {
      if (state === 'seasoning') await releaseHolding(ctx, { settlementId: id, legId })
    }
  }
  const comesBack = (payInId: Id<'payIn'>) =>
    returnPayIn(ctx, { payInId, payer: buyer, reasonCode: 'R01', cause: `returned-${payInId}`, returnedAt: ctx.now() })
  /** Balances that are not zero, with the people's names. */
  const held = async () => {
    const names: Record<string, string> = { [buyer]: 'buyer', [one]: 'one', [two]: 'two' }
    const entries = Object.entries(await books(ctx)).map(([ref, amount]): [string, number] => {
      const [owner = '', name = ''] = ref.split(':')
      return [`${names[owner] ?? owner}:${name}`, Number(amount)]
    })
    return Object.fromEntries(entries)
  }
  const paysIn = (amount: number) => payIn(ctx, buyer, amount)
  const read = (id: Id<'settlement'>) => readSettlement(ctx, id)
  const available = () => availableOf(ctx, `${buyer}:available:USD`)
  return { ctx, buyer, one, two, invoiceOf, commitTo, settle, pay, release, comesBack, held, paysIn, available, read }
}
