import { type Context, transact } from '@draupnir/db'
import { refuse, required } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { money, toWire } from '@draupnir/money'
import { emit } from '@draupnir/outbox'
import type { Instant } from '@draupnir/time'
import { type PayIn, PayInReversed } from '@draupnir/wire'
import { lockBalances } from '../account/account.store.ts'
import { account } from '../account/account.ts'
import { payInReturn } from '../recipe/pay-in-return.recipe.ts'
import { recourseAccount } from '../recipe/recourse.ts'
import { lockSettlements } from '../settlement/settlement.store.ts'
import type { Settlement } from '../settlement/settlement.ts'
import { postTransaction } from '../transaction/post-transaction.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { findLot, giveBack, type Lot, lockFunding, saveReturned, usesOf } from '../wallet/funding.store.ts'
import { lockUnsettled, savePaymentReversed } from '../wallet/payment.store.ts'
import { type Claim, claimed, claimInput } from './claim.ts'
import { freeRest } from './free-payment.ts'
import { type FromPayer, fromPayer, type Use } from './payer.ts'
import { Purse } from './purse.ts'
import { replaceFunds } from './replace-funds.ts'
import { saveUnwound, type UnwoundPayment } from './save-unwound.ts'
import { unwindPayment } from './unwind.ts'

export interface ReturnPayIn {
  readonly payInId: Id<'payIn'>
  readonly payer: PayIn['party_id']
  readonly reasonCode: string
  readonly cause: string
  readonly returnedAt: Instant
}

/**
 * The bank took a cleared pay-in back: it is taken from the payer, then from the settlements it paid for, and what nobody
 * has is owed. Quiet when it was done before. Refuses `ledger.pay-in-unknown`.
 */
export function returnPayIn(ctx: Context, input: ReturnPayIn): Promise<void> {
  return transact(ctx, async (ctx) => {
    const { payInId, payer } = input
    await lockFunding(ctx, payer)
    const lot = await findLot(ctx, payInId)
    if (lot === null || lot.partyId !== payer) refuse('ledger.pay-in-unknown', { pay_in_id: payInId })
    if (lot.returned) return
    const unsettled = await lockUnsettled(ctx, payer, lot.currency, payInId)
    const settlements = await lockSettlements(ctx, await settlementsOn(ctx, payInId))
    const purse = new Purse(await lockPockets(ctx, lot, settlements))
    const own = fromPayer(
      lot.amount,
      purse.take(account.available(payer, lot.currency), lot.amount),
      unsettled.map((it) => ({ ...it, amount: it.amount.amount })),
    )
    for (const { collectionId, amount } of own.freed) {
      await giveBack(ctx, collectionId)
      await savePaymentReversed(ctx, collectionId, amount)
    }
    const unfunded = await replaceFunds(ctx, lot, lot.amount - own.open)
    const unwound = unfunded.map((use) => unwind(settlements, lot, use, purse))
    const claims = claimed(money(lot.amount, lot.currency), payer, [
      ...ownClaims(lot, own),
      ...unwound.flatMap(claimsOf),
    ])
    const transaction = await post(ctx, lot, claims, input)
    await saveReturned(ctx, payInId, transaction.id)
    for (const freed of own.freed) await freeRest(ctx, lot, freed, input)
    await saveAll(ctx, settlements, unwound, { transactionId: transaction.id, payInId, reasonCode: input.reasonCode })
    await announce(ctx, lot, claims, transaction, input)
  })
}

async function settlementsOn(ctx: Context, payInId: Id<'payIn'>): Promise<Id<'settlement'>[]> {
  const uses = await usesOf(ctx, payInId)
  return [...new Set(uses.flatMap(({ settlementId }) => settlementId ?? []))]
}

/** Locks, in one go and so in order, every account that the return may take from. */
async function lockPockets(ctx: Context, { partyId, rail, currency }: Lot, settlements: readonly Settlement[]) {
  const parties = new Set([partyId])
  const accounts = [account.cash(rail, currency), account.committed(partyId, currency)]
  for (const { to, partyId } of settlements.flatMap((it) => it.legs)) {
    accounts.push(to)
    if (partyId !== null) parties.add(partyId)
  }
  for (const party of parties) accounts.push(account.available(party, currency), account.receivable(party, currency))
  return (await lockBalances(ctx, new Map(accounts.map((it) => [it.ref, it])))).balances
}

type Unwound = UnwoundPayment & { readonly settlementId: Id<'settlement'> }

function unwind(
  settlements: readonly Settlement[],
  { currency }: Lot,
  { collectionId, amount: part }: Use,
  purse: Purse,
): Unwound {
  const settlement = required(
    settlements.find(({ payments }) => payments.some((payment) => payment.collectionId === collectionId)),
    'what the payer does not cover was settled',
  )
  const amount = money(part, currency)
  return {
    settlementId: settlement.id,
    collectionId,
    amount,
    taken: unwindPayment(settlement, collectionId, amount, purse),
  }
}

function ownClaims({ partyId: party_id, currency }: Lot, { available, freed }: FromPayer): Claim[] {
  const committed = freed.reduce((sum, it) => sum + it.taken, 0n)
  return [
    { from: 'available', party_id, amount: money(available, currency) },
    { from: 'committed', party_id, amount: money(committed, currency) },
  ]
}

function claimsOf({ taken }: UnwoundPayment): Claim[] {
  return taken.map(({ source, amount }) => ({ ...source, amount }))
}

function post(ctx: Context, lot: Lot, claims: readonly Claim[], { payInId, cause, returnedAt }: ReturnPayIn) {
  return postTransaction(ctx, {
    recipe: payInReturn,
    input: { rail: railOf(lot), taken: claims.map(claimInput) },
    cause,
    reference: payInId,
    effectiveAt: returnedAt,
  })
}

function railOf({ rail, payInId }: Lot): 'ach' | 'wire' {
  return rail === 'ach' || rail === 'wire' ? rail : refuse('ledger.pay-in-unknown', { pay_in_id: payInId, rail })
}

async function saveAll(
  ctx: Context,
  settlements: readonly Settlement[],
  unwound: readonly Unwound[],
  reason: Parameters<typeof saveUnwound>[3],
): Promise<void> {
  const latest = new Map(settlements.map((it) => [it.id, it]))
  for (const part of unwound) {
    const before = required(latest.get(part.settlementId), 'it was locked')
    latest.set(part.settlementId, await saveUnwound(ctx, before, part, reason))
  }
}

async function announce(
  ctx: Context,
  lot: Lot,
  claims: readonly Claim[],
  { id }: Transaction,
  { payInId, reasonCode }: ReturnPayIn,
): Promise<void> {
  await emit(ctx, PayInReversed, {
    data: {
      pay_in_id: payInId,
      party_id: lot.partyId,
      amount: toWire(money(lot.amount, lot.currency)),
      reason_code: reasonCode,
      transaction_id: id,
      reversed_at: ctx.now(),
      taken: claims.map((claim) => ({
        account: recourseAccount(claim, lot.currency).ref,
        amount: toWire(claim.amount),
      })),
    },
  })
}
