import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type Currency, fromWire, money, toWire } from '@draupnir/money'
import type { Instant } from '@draupnir/time'
import { idField, moneyField } from '@draupnir/wire'
import { z } from 'zod'
import { accountOf } from '../account/account.ts'
import type { Leg, Settlement } from './settlement.ts'
import type { LineShare } from './split.ts'

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
  readonly kind: Leg['kind']
  readonly from_ref: string
  readonly to_ref: string
  readonly party_id: Id<'party'> | null
  readonly amount: bigint
  readonly currency: Currency
  readonly state: Leg['state']
  readonly due_at: Instant | null
  readonly transaction_id: Id<'transaction'>
  readonly released_by: Id<'transaction'> | null
  readonly released_at: Instant | null
}

const storedAmount = moneyField.transform((wire) => fromWire(wire))
const storedLines = z.array(
  z.object({
    lineId: idField('invoiceLine'),
    sellerId: idField('party'),
    amount: storedAmount,
    fee: storedAmount,
    net: storedAmount,
  }),
)

export async function insertSettlement(ctx: Context, settlement: Settlement): Promise<void> {
  const { sql } = ctx.db
  const { id, invoiceId, contractId, buyerId, gross, lines, state, openedAt, completedAt, legs } = settlement
  await sql`
    insert into settlements (tenant_id, id, invoice_id, contract_id, buyer_id, gross, currency, lines, state, opened_at,
      completed_at)
    values (${ctx.tenant}, ${id}, ${invoiceId}, ${contractId}, ${buyerId}, ${gross.amount}, ${gross.currency},
      ${sql.typed.json(lines.map(storedLine))}, ${state}, ${openedAt}, ${completedAt})`
  for (const [position, leg] of legs.entries()) {
    await sql`
      insert into settlement_legs (tenant_id, id, settlement_id, position, kind, from_ref, to_ref, party_id, amount,
        currency, state, due_at, transaction_id)
      values (${ctx.tenant}, ${leg.id}, ${id}, ${position}, ${leg.kind}, ${leg.from.ref}, ${leg.to.ref}, ${leg.partyId},
        ${leg.amount.amount}, ${leg.amount.currency}, ${leg.state}, ${leg.dueAt}, ${leg.transactionId})`
  }
}

/** Writes how far a settlement and one of its legs have come. */
export async function saveRelease(ctx: Context, settlement: Settlement, leg: Leg): Promise<void> {
  await ctx.db.sql`
    update settlement_legs set state = ${leg.state}, released_by = ${leg.releasedBy}, released_at = ${leg.releasedAt}
    where tenant_id = ${ctx.tenant} and id = ${leg.id}`
  await ctx.db.sql`
    update settlements set state = ${settlement.state}, completed_at = ${settlement.completedAt}
    where tenant_id = ${ctx.tenant} and id = ${settlement.id}`
}

/** Locks the settlement, so that two legs that mature at once complete it once. */
export async function lockSettlement(ctx: Context, id: Id<'settlement'>): Promise<Settlement | null> {
  const rows = await ctx.db.sql<SettlementRow[]>`
    select * from settlements where tenant_id = ${ctx.tenant} and id = ${id} for update`
  return (await withLegs(ctx, rows))[0] ?? null
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
  return withLegs(ctx, rows)
}

async function withLegs(ctx: Context, rows: readonly SettlementRow[]): Promise<Settlement[]> {
  if (rows.length === 0) return []
  const legs = await ctx.db.sql<LegRow[]>`
    select * from settlement_legs
    where tenant_id = ${ctx.tenant} and settlement_id = any(${rows.map((row) => row.id)})
    order by settlement_id, position`
  const bySettlement = Map.groupBy(legs, (leg) => leg.settlement_id)
  return rows.map((row) => settlementOf(row, bySettlement.get(row.id) ?? []))
}

function settlementOf(row: SettlementRow, legs: readonly LegRow[]): Settlement {
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
    legs: legs.map(legOf),
  }
}

function legOf(row: LegRow): Leg {
  return {
    id: row.id,
    kind: row.kind,
    from: accountOf(row.from_ref),
    to: accountOf(row.to_ref),
    partyId: row.party_id,
    amount: money(row.amount, row.currency),
    state: row.state,
    dueAt: row.due_at,
    transactionId: row.transaction_id,
    releasedBy: row.released_by,
    releasedAt: row.released_at,
  }
}

function storedLine(line: LineShare) {
  return { ...line, amount: toWire(line.amount), fee: toWire(line.fee), net: toWire(line.net) }
}
