import { schedule } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { compare, decimal, fromWire, type Money, toWire } from '@draupnir/money'
import { emit } from '@draupnir/outbox'
import type { Instant } from '@draupnir/time'
import { type DataOf, type InvoicePaid, SettlementCompleted, SettlementOpened } from '@draupnir/wire'
import { fundsCommit } from '../recipe/funds.recipes.ts'
import { invoiceSettle } from '../recipe/invoice-settle.recipe.ts'
import { postTransaction } from '../transaction/post-transaction.ts'
import { findByReference } from '../transaction/transaction.store.ts'
import { maturity } from './seasoning.ts'
import { insertSettlement, settlementsBy } from './settlement.store.ts'
import { openSettlement, type Settlement } from './settlement.ts'
import { wireSettlement } from './settlement.wire.ts'
import { type Share, type Split, split } from './split.ts'
import { HOLDING_MATURE } from './timer-kinds.ts'

type Invoice = DataOf<typeof InvoicePaid>['invoice']

export interface SettleInvoice {
  readonly invoice: Invoice
  readonly collectionId: Id<'collection'> | null
  readonly cause: string
  readonly paidAt: Instant
}

/** Splits a paid invoice into legs and books them; null for an invoice of nothing. Refuses one whose funds were not committed. */
export function settleInvoice(ctx: Context, input: SettleInvoice): Promise<Settlement | null> {
  return transact(ctx, async (ctx) => {
    const { invoice, paidAt } = input
    const gross = fromWire(invoice.total)
    if (gross.amount === 0n) return null
    const [known] = await settlementsBy(ctx, { invoiceId: invoice.id, before: null, limit: 1 })
    if (known !== undefined) return known
    await requireCommitted(ctx, input.collectionId, gross)
    const shares = splitOf(invoice, gross)
    const { id: transactionId } = await postTransaction(ctx, {
      recipe: invoiceSettle,
      input: { buyer_id: invoice.buyer_id, shares: shares.shares.map(shareInput) },
      cause: input.cause,
      reference: invoice.id,
      effectiveAt: paidAt,
    })
    const settlement = openSettlement({
      id: ctx.newId('settlement'),
      invoiceId: invoice.id,
      contractId: invoice.contract_id,
      buyerId: invoice.buyer_id,
      gross,
      split: shares,
      legIds: shares.shares.map(() => ctx.newId('settlementLeg')),
      transactionId,
      openedAt: ctx.now(),
      maturesAt: maturity('wallet', paidAt),
    })
    await insertSettlement(ctx, settlement)
    await scheduleReleases(ctx, settlement)
    await emit(ctx, SettlementOpened, { data: { settlement: wireSettlement(settlement) } })
    if (settlement.state === 'completed') {
      await emit(ctx, SettlementCompleted, { data: { settlement: wireSettlement(settlement) } })
    }
    return settlement
  })
}

// What is committed of one buyer lies in one account: without this check an invoice could take another's funds.
async function requireCommitted(ctx: Context, collectionId: Id<'collection'> | null, gross: Money): Promise<void> {
  const context = { collection_id: collectionId, total: toWire(gross).amount, currency: gross.currency }
  if (collectionId === null) refuse('ledger.collection-unknown', context)
  const commit = await findByReference(ctx, fundsCommit.code, collectionId)
  const [posting] = commit?.postings ?? []
  if (posting === undefined || compare(posting.amount, gross) !== 0) refuse('ledger.collection-unknown', context)
}

function splitOf(invoice: Invoice, gross: Money): Split {
  const lines = invoice.lines.map((line) => ({
    lineId: line.id,
    sellerId: line.seller_id,
    amount: fromWire(line.amount),
  }))
  return split(gross, lines, decimal(invoice.platform_fee_rate))
}

function shareInput(share: Share) {
  return share.kind === 'seller_net'
    ? { kind: share.kind, party_id: share.partyId, amount: toWire(share.amount) }
    : { kind: share.kind, party_id: null, amount: toWire(share.amount) }
}

async function scheduleReleases(ctx: Context, settlement: Settlement): Promise<void> {
  for (const { id, dueAt } of settlement.legs) {
    if (dueAt === null) continue
    await schedule(ctx, {
      kind: HOLDING_MATURE,
      key: id,
      dueAt,
      data: { settlement_id: settlement.id, leg_id: id },
    })
  }
}
