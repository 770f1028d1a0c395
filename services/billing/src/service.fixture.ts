import { type Definition, startTimerRunner } from '@draupnir/clock'
import { contextFor } from '@draupnir/http'
import type { Id } from '@draupnir/ids'
import type { WireMoney } from '@draupnir/money'
import { migrationsOf } from '@draupnir/service'
import {
  type ConsumerUnderTest,
  eventSource,
  eventually,
  nextId,
  testClock,
  testContext,
  testDatabase,
  testLog,
} from '@draupnir/testing'
import { addMs, HOUR_MS, type Instant, instant } from '@draupnir/time'
import {
  type Collection,
  type ContractLine,
  type ContractState,
  contractLineSchema,
  contractSchema,
  type Invoice,
} from '@draupnir/wire'
import { collectInvoice } from './collection/collect-invoice.ts'
import { handlers } from './consumers.ts'
import { followContract } from './contract/follow-contract.ts'
import { issueInvoice } from './invoice/issue-invoice.ts'
import type { RatedInvoice } from './invoice/rated-invoice.ts'
import { readInvoice } from './invoice/read-invoice.ts'
import { recordPayment } from './invoice/record-payment.ts'
import { billing } from './service.ts'

export const T0: Instant = instant('2026-01-15T09:00:00Z')
export const hours = (count: number): Instant => addMs(T0, count * HOUR_MS)
export const days = (count: number): Instant => hours(24 * count)
export const usd = (amount: number | bigint): WireMoney => ({ amount: amount.toString(), currency: 'USD' })

export function lineOf(over: Partial<ContractLine> = {}): ContractLine {
  return contractLineSchema.parse({
    id: nextId('contractLine'),
    seller_id: nextId('party'),
    sku: 'support',
    description: 'Support',
    quantity: '1',
    price: { type: 'flat_recurring', unit_price: usd(50_000) },
    device_ids: [],
    ...over,
  })
}

/** An active contract with one line. */
export function contractOf(over: Partial<ContractState> = {}): ContractState {
  return contractSchema.parse({
    id: nextId('contract'),
    buyer_id: nextId('party'),
    currency: 'USD',
    lifecycle: 'active',
    cadence: 'P1M',
    net_days: 30,
    collection_method: 'wallet',
    platform_fee_rate: '0.1',
    time_zone: 'UTC',
    billing_anchor: T0,
    activated_at: T0,
    ends_at: null,
    lines: [lineOf()],
    version: 3,
    ...over,
  })
}

let rated = 0

/** What OpenMeter rated for every line of a contract; `amounts` in cents, one for each line. */
export function ratedOf(
  contract: ContractState,
  amounts: readonly number[],
  over: Partial<RatedInvoice> = {},
): RatedInvoice {
  rated += 1
  const period = { from: T0, to: days(31) }
  const lines = contract.lines.map((line, index) => ({
    contractLineId: line.id,
    description: line.description,
    quantity: '1',
    amount: { amount: BigInt(amounts[index] ?? 0), currency: contract.currency },
    period,
    buyerId: null,
    recurring: true,
  }))
  const total = lines.reduce((sum, line) => sum + line.amount.amount, 0n)
  return {
    id: `om_${rated}`,
    customerKey: contract.id,
    status: 'payment_processing.pending',
    period,
    total: { amount: total, currency: contract.currency },
    lines,
    updatedAt: T0,
    ...over,
  }
}

/** A database of the service and its verbs at a moment the test moves. Call it at the top level of the file. */
export async function billingService() {
  const { db, owner } = await testDatabase({ schema: 'billing', sources: migrationsOf(billing), maxConnections: 10 })
  const clock = testClock(T0)
  const log = testLog()
  const ctx = testContext(db, { clock })
  const consumer: ConsumerUnderTest = {
    service: 'billing',
    db,
    handlers,
    contextFor: (unit) => contextFor({ ...unit, log }),
    clock,
  }

  /** A followed contract with an issued invoice of one line. */
  const owed = async (amount = 1000, over: Partial<ContractState> = {}) => {
    const contract = contractOf(over)
    await followContract(ctx, contract, T0)
    return issued(contract, amount)
  }
  const issued = async (contract: ContractState, amount = 1000): Promise<Invoice> => {
    const [invoice] = await issueInvoice(ctx, ratedOf(contract, [amount]))
    if (invoice === undefined) throw new Error('not owed')
    return invoice
  }
  /** The ledger commits what is open of an invoice; what it refused before is asked for again. */
  const pays = async (id: Id<'invoice'>) => {
    const latest = (await readInvoice(ctx, id)).collections.at(-1)
    const asked = latest?.state === 'requested' ? latest : await collectInvoice(ctx, { invoiceId: id })
    await recordPayment(ctx, id, asked.id)
  }
  const timers = (kind: string) => db.sql<{ key: string; due_at: Instant; data: unknown; last_error: string | null }[]>`
    select key, due_at, data, last_error from timers where kind = ${kind} order by due_at, key`
  const statusOf = async (id: Id<'contract'>) => {
    const [row] = await db.sql<{ status: string }[]>`select billing_status as status from contracts where id = ${id}`
    return row?.status ?? null
  }
  /** Runs what is due, of the kinds given, until nothing is. */
  const run = async (...definitions: readonly Definition[]) => {
    const runner = startTimerRunner({
      db,
      clock,
      log,
      definitions,
      contextFor: (unit) => contextFor({ ...unit, log }),
      pollMs: 5,
    })
    const kinds = definitions.map(({ kind }) => kind)
    // Timers of other kinds may be due: they are not of this test.
    await eventually(async () => {
      const left = await db.sql`
        select kind from timers where due_at <= ${clock.now()} and state <> 'given_up' and kind = any(${kinds}) union all
        select kind from sweeps where (due_at <= ${clock.now()} or locked_until is not null) and kind = any(${kinds})`
      return runner.counter() % 2 === 0 && left.length === 0
    })
    await runner.stop()
  }
  return { db, owner, clock, log, ctx, consumer, owed, issued, pays, timers, statusOf, run }
}

export function collectionOf(invoice: Invoice, over: Partial<Collection> = {}): Collection {
  const { id: invoice_id, contract_id, buyer_id, total: amount } = invoice
  return { id: nextId('collection'), invoice_id, contract_id, buyer_id, method: 'wallet', amount, attempt: 1, ...over }
}

/** The events of the ledger and of contract, as they would arrive. */
export const source = eventSource
