import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type Currency, fromWire, money, toWire } from '@draupnir/money'
import type { Instant } from '@draupnir/time'
import { idField, moneyField } from '@draupnir/wire'
import { z } from 'zod'
import { accountOf } from '../account/account.ts'
import type { FundedBy, RiskTier } from '../seasoning/seasoning.ts'
import type { Leg, LegReversal, Payment, Settlement } from './settlement.ts'
import type { LineShare, Share } from './split.ts'

interface SettlementRow {
  readonly id: Id<'settlement'>
  readonly invoice_id: Id<'invoice'>
  readonly contract_id: Id<'contract'>
  readonly buyer_id: Id<'party'>
  readonly gross: bigint
  readonly currency: Currency
  readonly lines: unknown
  readonly state: Settlement['state']
  readonly opened_at: Instant
  readonly completed_at: Instant | null
}

interface LegRow {
  readonly id: Id<'settlementLeg'>
  readonly settlement_id: Id<'settlement'>
  readonly share: number
  readonly collection_id: Id<'collection'>
  readonly kind: Leg['kind']
  readonly from_ref: string
  readonly to_ref: string
  readonly party_id: Id<'party'> | null
  readonly amount: bigint
  readonly reversed: bigint
  readonly currency: Currency
  readonly state: Leg['state']
  readonly due_at: Instant | null
  readonly rail: FundedBy | null
  readonly risk_tier: RiskTier | null
  readonly policy_version: number | null
  readonly transaction_id: Id<'transaction'>
  readonly released_by: Id<'transaction'> | null
  readonly released_at: Instant | null
}

const storedAmount = moneyField.transform((wire) => fromWire(wire))
const splitKind = z.enum(['partner', 'referral', 'host'])
const storedLines = z.array(
  z.object({
    lineId: idField('invoiceLine'),
    sellerId: idField('party'),
    amount: storedAmount,
    fee: storedAmount,
    net: storedAmount,
    others: z.array(z.object({ kind: splitKind, partyId: idField('party'), amount: storedAmount })),
  }),
)

const shareSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['seller_net', ...splitKind.options]), partyId: idField('party'), amount: storedAmount }),
  z.object({ kind: z.literal('platform_fee'), partyId: z.null(), amount: storedAmount }),
])

interface ShareRow {
  readonly settlement_id: Id<'settlement'>
  readonly kind: Share['kind']
  readonly party_id: Id<'party'> | null
  readonly amount: bigint
  readonly currency: Currency
}

interface PaymentRow {
  readonly settlement_id: Id<'settlement'>
  readonly collection_id: Id<'collection'>
  readonly amount: bigint
  readonly reversed: bigint
  readonly currency: Currency
  readonly transaction_id: Id<'transaction'>
  readonly settled_at: Instant
}

interface ReversalRow {
  readonly leg_id: Id<'settlementLeg'>
  readonly transaction_id: Id<'transaction'>
  readonly account_ref: string
  readonly pay_in_id: Id<'payIn'>
  readonly amount: bigint
  readonly currency: Currency
  readonly reversed_at: Instant
}

/** Writes a new settlement with its shares; its legs and payments follow. */
export async function insertSettlement(ctx: Context, settlement: Settlement): Promise<void> {
  const { sql } = ctx.db
  const { id, invoiceId, contractId, buyerId, gross, lines, shares, state, openedAt, completedAt } = settlement
  await sql`
    insert into settlements (tenant_id, id, invoice_id, contract_id, buyer_id, gross, currency, lines, state, opened_at,
      completed_at)
    values (${ctx.tenant}, ${id}, ${invoiceId}, ${contractId}, ${buyerId}, ${gross.amount}, ${gross.currency},
      ${sql.typed.json(lines.map(storedLine))}, ${state}, ${openedAt}, ${completedAt})`
  for (const [position, share] of shares.entries()) {
    await sql`
      insert into settlement_shares (tenant_id, settlement_id, position, kind, party_id, amount, currency)
      values (${ctx.tenant}, ${id}, ${position}, ${share.kind}, ${share.partyId}, ${share.amount.amount},
        ${share.amount.currency})`
  }
}

/** Adds legs after the `position` that are there. */
export async function insertLegs(
  ctx: Context,
  id: Id<'settlement'>,
  legs: readonly Leg[],
  position: number,
): Promise<void> {
  for (const [index, leg] of legs.entries()) {
    await ctx.db.sql`
      insert into settlement_legs (tenant_id, id, settlement_id, position, share, collection_id, kind, from_ref, to_ref,
        party_id, amount, reversed, currency, state, due_at, rail, risk_tier,
        policy_version, transaction_id)
      values (${ctx.tenant}, ${leg.id}, ${id}, ${position + index}, ${leg.share}, ${leg.collectionId}, ${leg.kind},
        ${leg.from.ref}, ${leg.to.ref}, ${leg.partyId}, ${leg.amount.amount}, ${leg.reversed.amount},
        ${leg.amount.currency}, ${leg.state}, ${leg.dueAt}, ${leg.seasoning?.rail ?? null},
        ${leg.seasoning?.tier ?? null}, ${leg.seasoning?.policyVersion ?? null}, ${leg.transactionId})`
  }
}

/** Writes how far a settlement has come. */
export async function saveState(ctx: Context, { id, state, completedAt }: Settlement): Promise<void> {
  await ctx.db.sql`
    update settlements set state = ${state}, completed_at = ${completedAt}
    where tenant_id = ${ctx.tenant} and id = ${id}`
}

/** Writes how far legs have come. */
export async function saveLegs(ctx: Context, legs: readonly Leg[]): Promise<void> {
  for (const { id, state, reversed, releasedBy, releasedAt } of legs) {
    await ctx.db.sql`
      update settlement_legs set state = ${state}, reversed = ${reversed.amount}, released_by = ${releasedBy},
        released_at = ${releasedAt}
      where tenant_id = ${ctx.tenant} and id = ${id}`
  }
}

/** Adds what was taken back of a leg. */
export async function insertReversals(
  ctx: Context,
  reversals: readonly (LegReversal & { readonly legId: Id<'settlementLeg'> })[],
): Promise<void> {
  for (const { legId, transactionId, from, payInId, amount, reversedAt } of reversals) {
    await ctx.db.sql`
      insert into settlement_reversals (tenant_id, leg_id, transaction_id, account_ref, pay_in_id, amount, currency,
        reversed_at)
      values (${ctx.tenant}, ${legId}, ${transactionId}, ${from.ref}, ${payInId}, ${amount.amount}, ${amount.currency},
        ${reversedAt})`
  }
}

/** Locks settlements, always in the order of their ids. */
export async function lockSettlements(ctx: Context, ids: readonly Id<'settlement'>[]): Promise<Settlement[]> {
  const rows = await ctx.db.sql<SettlementRow[]>`
    select * from settlements where tenant_id = ${ctx.tenant} and id = any(${[...ids]}) order by id for update`
  return withParts(ctx, rows)
}

/** Locks the settlement, so that two legs that mature at once complete it once. */
export async function lockSettlement(ctx: Context, id: Id<'settlement'>): Promise<Settlement | null> {
  const rows = await ctx.db.sql<SettlementRow[]>`
    select * from settlements where tenant_id = ${ctx.tenant} and id = ${id} for update`
  return (await withParts(ctx, rows))[0] ?? null
}

/** The settlement of an invoice, locked. */
export async function lockSettlementOf(ctx: Context, invoiceId: Id<'invoice'>): Promise<Settlement | null> {
  const rows = await ctx.db.sql<SettlementRow[]>`
    select * from settlements where tenant_id = ${ctx.tenant} and invoice_id = ${invoiceId} for update`
  return (await withParts(ctx, rows))[0] ?? null
}

export interface SettlementFilter {
  readonly id?: Id<'settlement'> | undefined
  readonly invoiceId?: Id<'invoice'> | undefined
  readonly contractId?: Id<'contract'> | undefined
  readonly buyerId?: Id<'party'> | undefined
  readonly sellerId?: Id<'party'> | undefined
  readonly state?: Settlement['state'] | undefined
  readonly before: string | null
  readonly limit: number
}

/** Newest first: ids sort by time of opening. */
export async function settlementsBy(ctx: Context, filter: SettlementFilter): Promise<Settlement[]> {
  const { sql } = ctx.db
  const { id, invoiceId, contractId, buyerId, sellerId, state, before } = filter
  const rows = await sql<SettlementRow[]>`
    select * from settlements where tenant_id = ${ctx.tenant}
      ${before === null ? sql`` : sql`and id < ${before}`}
      ${id === undefined ? sql`` : sql`and id = ${id}`}
      ${invoiceId === undefined ? sql`` : sql`and invoice_id = ${invoiceId}`}
      ${contractId === undefined ? sql`` : sql`and contract_id = ${contractId}`}
      ${buyerId === undefined ? sql`` : sql`and buyer_id = ${buyerId}`}
      ${sellerId === undefined ? sql`` : sql`and id in (select settlement_id from settlement_legs where tenant_id = ${ctx.tenant} and party_id = ${sellerId})`}
      ${state === undefined ? sql`` : sql`and state = ${state}`}
    order by id desc limit ${filter.limit}`
  return withParts(ctx, rows)
}

async function withParts(ctx: Context, rows: readonly SettlementRow[]): Promise<Settlement[]> {
  if (rows.length === 0) return []
  const { sql } = ctx.db
  const ids = rows.map((row) => row.id)
  const [shares, payments, legs, reversals] = await Promise.all([
    sql<ShareRow[]>`
      select * from settlement_shares
      where tenant_id = ${ctx.tenant} and settlement_id = any(${ids}) order by settlement_id, position`,
    sql<PaymentRow[]>`
      select * from payments
      where tenant_id = ${ctx.tenant} and settlement_id = any(${ids}) order by settlement_id, settled_at, collection_id`,
    sql<LegRow[]>`
      select * from settlement_legs
      where tenant_id = ${ctx.tenant} and settlement_id = any(${ids}) order by settlement_id, position`,
    sql<ReversalRow[]>`
      select r.* from settlement_reversals r
        join settlement_legs l on l.tenant_id = r.tenant_id and l.id = r.leg_id
      where l.tenant_id = ${ctx.tenant} and l.settlement_id = any(${ids})
      order by r.reversed_at, r.transaction_id, r.account_ref`,
  ])
  const byLeg = Map.groupBy(reversals, (it) => it.leg_id)
  const of = <R extends { readonly settlement_id: string }>(all: readonly R[], id: string) =>
    all.filter((it) => it.settlement_id === id)
  return rows.map((row) => ({
    ...settlementOf(row),
    shares: of(shares, row.id).map(shareOf),
    payments: of(payments, row.id).map(paymentOf),
    legs: of(legs, row.id).map((leg) => legOf(leg, byLeg.get(leg.id) ?? [])),
  }))
}

function settlementOf(row: SettlementRow): Omit<Settlement, 'shares' | 'payments' | 'legs'> {
  return {
    id: row.id,
    invoiceId: row.invoice_id,
    contractId: row.contract_id,
    buyerId: row.buyer_id,
    gross: money(row.gross, row.currency),
    lines: storedLines.parse(row.lines),
    state: row.state,
    openedAt: row.opened_at,
    completedAt: row.completed_at,
  }
}

function shareOf({ kind, party_id, amount, currency }: ShareRow): Share {
  return shareSchema.parse({ kind, partyId: party_id, amount: toWire(money(amount, currency)) })
}

function paymentOf(row: PaymentRow): Payment {
  return {
    collectionId: row.collection_id,
    amount: money(row.amount, row.currency),
    reversed: money(row.reversed, row.currency),
    transactionId: row.transaction_id,
    settledAt: row.settled_at,
  }
}

function legOf(row: LegRow, reversals: readonly ReversalRow[]): Leg {
  return {
    id: row.id,
    share: row.share,
    collectionId: row.collection_id,
    kind: row.kind,
    from: accountOf(row.from_ref),
    to: accountOf(row.to_ref),
    partyId: row.party_id,
    amount: money(row.amount, row.currency),
    reversed: money(row.reversed, row.currency),
    state: row.state,
    dueAt: row.due_at,
    seasoning: seasoningOf(row),
    transactionId: row.transaction_id,
    releasedBy: row.released_by,
    releasedAt: row.released_at,
    reversals: reversals.map(reversalOf),
  }
}

function reversalOf(row: ReversalRow): LegReversal {
  return {
    transactionId: row.transaction_id,
    payInId: row.pay_in_id,
    from: accountOf(row.account_ref),
    amount: money(row.amount, row.currency),
    reversedAt: row.reversed_at,
  }
}

function seasoningOf({ rail, risk_tier, policy_version }: LegRow): Leg['seasoning'] {
  if (rail === null || risk_tier === null || policy_version === null) return null
  return { rail, tier: risk_tier, policyVersion: policy_version }
}

function storedLine(line: LineShare) {
  const others = line.others.map((share) => ({ ...share, amount: toWire(share.amount) }))
  return { ...line, amount: toWire(line.amount), fee: toWire(line.fee), net: toWire(line.net), others }
}
