import { schedule } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { decimal, fromWire, type Money, toWire } from '@draupnir/money'
import { emit } from '@draupnir/outbox'
import type { Instant } from '@draupnir/time'
import { type Invoice, SettlementCompleted, SettlementOpened, SettlementPaymentSettled } from '@draupnir/wire'
import { invoiceSettle } from '../recipe/invoice-settle.recipe.ts'
import { season } from '../seasoning/season.ts'
import { postTransaction } from '../transaction/post-transaction.ts'
import { lockPayment, savePaymentSettled, type WalletPayment } from '../wallet/payment.store.ts'
import { insertLegs, insertSettlement, lockSettlementOf, saveState } from './settlement.store.ts'
import { addPayment, type Leg, openSettlement, type Part, partsOf, type Settlement } from './settlement.ts'
import { wirePayment, wireSettlement } from './settlement.wire.ts'
import { split } from './split.ts'
import { HOLDING_MATURE } from './timer-kinds.ts'

export interface SettlePayment {
  readonly invoice: Invoice
  readonly collectionId: Id<'collection'> | null
  readonly cause: string
  readonly paidAt: Instant
}

/**
 * Splits what was collected of an invoice into legs, in proportion to its shares, and books them; null for an invoice of
 * nothing. Quiet for what is settled, or was taken back before it could be. Refuses what was not committed for this invoice.
 */
export function settlePayment(ctx: Context, input: SettlePayment): Promise<Settlement | null> {
  return transact(ctx, async (ctx) => {
    const { invoice, collectionId, cause, paidAt } = input
    if (fromWire(invoice.total).amount === 0n) return null
    const payment = await requireCommitted(ctx, invoice, collectionId)
    const known = await lockSettlementOf(ctx, invoice.id)
    if (payment.state !== 'committed') return known
    const before = known ?? open(ctx, invoice)
    const parts = partsOf(before, payment.amount)
    const { id: transactionId } = await postTransaction(ctx, {
      recipe: invoiceSettle,
      input: { buyer_id: invoice.buyer_id, shares: parts.map(shareInput) },
      cause,
      reference: payment.collectionId,
      effectiveAt: paidAt,
    })
    const after = addPayment(before, {
      collectionId: payment.collectionId,
      amount: payment.amount,
      transactionId,
      settledAt: ctx.now(),
      parts,
      legIds: parts.map(() => ctx.newId('settlementLeg')),
      seasonings: await season(ctx, { collectionId: payment.collectionId, partyIds: partiesOf(parts), paidAt }),
    })
    await save(ctx, known, after)
    await announce(ctx, known, after)
    return after
  })
}

// What is committed of one buyer lies in one account: without this check an invoice could take another's funds.
async function requireCommitted(
  ctx: Context,
  invoice: Invoice,
  collectionId: Id<'collection'> | null,
): Promise<WalletPayment> {
  const payment = collectionId === null ? null : await lockPayment(ctx, collectionId)
  if (payment === null || payment.invoiceId !== invoice.id) {
    refuse('ledger.collection-unknown', { collection_id: collectionId, invoice_id: invoice.id })
  }
  return payment
}

function open(ctx: Context, invoice: Invoice): Settlement {
  const gross = fromWire(invoice.total)
  return openSettlement({
    id: ctx.newId('settlement'),
    invoiceId: invoice.id,
    contractId: invoice.contract_id,
    buyerId: invoice.buyer_id,
    gross,
    split: splitOf(invoice, gross),
    openedAt: ctx.now(),
  })
}

function splitOf(invoice: Invoice, gross: Money) {
  const lines = invoice.lines.map((line) => ({
    lineId: line.id,
    sellerId: line.seller_id,
    amount: fromWire(line.amount),
  }))
  const rates = invoice.splits.map(({ role, party_id, rate }) => ({
    kind: role === 'hosting' ? ('host' as const) : role,
    partyId: party_id,
    rate: decimal(rate),
  }))
  return split(gross, lines, decimal(invoice.platform_fee_rate), rates)
}

function partiesOf(parts: readonly Part[]): Id<'party'>[] {
  return [...new Set(parts.flatMap(({ partyId }) => partyId ?? []))]
}

function shareInput(part: Part) {
  const amount = toWire(part.amount)
  return part.kind === 'platform_fee'
    ? { kind: part.kind, party_id: part.partyId, amount }
    : { kind: part.kind, party_id: part.partyId, amount }
}

async function save(ctx: Context, known: Settlement | null, after: Settlement): Promise<void> {
  if (known === null) await insertSettlement(ctx, after)
  const fresh = after.legs.slice(known?.legs.length ?? 0)
  await insertLegs(ctx, after.id, fresh, known?.legs.length ?? 0)
  const payment = after.payments.at(-1)
  if (payment !== undefined) await savePaymentSettled(ctx, after.id, payment)
  await saveState(ctx, after)
  await scheduleReleases(ctx, after.id, fresh)
}

async function announce(ctx: Context, known: Settlement | null, after: Settlement): Promise<void> {
  const settlement = wireSettlement(after)
  const payment = after.payments.at(-1)
  if (known === null) await emit(ctx, SettlementOpened, { data: { settlement } })
  else if (payment !== undefined) {
    await emit(ctx, SettlementPaymentSettled, { data: { settlement, payment: wirePayment(payment) } })
  }
  if (after.state === 'completed') await emit(ctx, SettlementCompleted, { data: { settlement } })
}

async function scheduleReleases(ctx: Context, settlementId: Id<'settlement'>, legs: readonly Leg[]): Promise<void> {
  for (const { id, dueAt } of legs) {
    if (dueAt === null) continue
    const data = { settlement_id: settlementId, leg_id: id }
    await schedule(ctx, { kind: HOLDING_MATURE, key: id, dueAt, data })
  }
}
