import type { Context, Db } from '@draupnir/db'
import { required } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { emitted, nextId, type TestClock } from '@draupnir/testing'
import { DAY_MS } from '@draupnir/time'
import { type CashOut, CashOutRequested, type Payout } from '@draupnir/wire'
import { collect, paidInvoice, START } from '../service.fixture.ts'
import { releaseHolding } from '../settlement/release-holding.ts'
import { settlePayment } from '../settlement/settle-payment.ts'

type Clocked = Context & { readonly clock: TestClock }

/** Sells for an amount of cents at a fee of 10 % and lets two days pass: what is left is released to the seller. */
export async function earn(ctx: Clocked, seller: Id<'party'>, amount: number) {
  const invoice = paidInvoice([[seller, amount]])
  const collectionId = await collect(ctx, invoice)
  const input = { invoice, collectionId, cause: `paid-${invoice.id}`, paidAt: ctx.now() }
  const settlement = required(await settlePayment(ctx, input), 'an invoice of something is settled')
  ctx.clock.advance(2 * DAY_MS)
  const leg = required(
    settlement.legs.find((it) => it.partyId === seller),
    'the seller has a leg',
  )
  await releaseHolding(ctx, { settlementId: settlement.id, legId: leg.id })
  return { settlementId: settlement.id, legId: leg.id }
}

/** Every cash-out payout was told of, of one party, the oldest first. */
export async function toldOf(db: Db, party: Id<'party'>): Promise<CashOut[]> {
  const all = await emitted(db, CashOutRequested)
  return all.map((event) => event.data.cash_out).filter((it) => it.party_id === party)
}

/** The payout that carries a cash-out out. */
export function payoutFor(
  cashOut: Pick<CashOut, 'id' | 'party_id' | 'amount' | 'legs'>,
  over: Partial<Payout> = {},
): Payout {
  return {
    id: nextId('payout'),
    party_id: cashOut.party_id,
    bank_account_id: nextId('bankAccount'),
    rail: 'ach',
    amount: cashOut.amount,
    state: 'requested',
    failure: null,
    payment_order_id: null,
    source: { cash_out_id: cashOut.id, legs: cashOut.legs },
    created_at: START,
    settled_at: null,
    ...over,
  }
}
