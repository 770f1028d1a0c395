import { fileURLToPath } from 'node:url'
import { TIMER_MIGRATIONS } from '@draupnir/clock'
import type { Context, Db, DbPool } from '@draupnir/db'
import { contextFor, httpMigrations } from '@draupnir/http'
import type { Id } from '@draupnir/ids'
import { fromWire, type WireMoney } from '@draupnir/money'
import { OUTBOX_MIGRATIONS } from '@draupnir/outbox'
import {
  type ConsumerUnderTest,
  nextId,
  type TestClock,
  type TestDatabase,
  testClock,
  testContext,
  testDatabase,
  testLog,
} from '@draupnir/testing'
import { type Instant, instant } from '@draupnir/time'
import type { Collection, Invoice, Payout } from '@draupnir/wire'
import { listBalances } from './account/account.store.ts'
import { accountOf } from './account/account.ts'
import { available, posted } from './account/balance.ts'
import { insertCashOut } from './cash-out/cash-out.store.ts'
import { handlers } from './consumers.ts'
import { clearPayIn } from './pay-in/clear-pay-in.ts'
import { payInClear } from './recipe/pay-in-clear.recipe.ts'
import { postTransaction } from './transaction/post-transaction.ts'
import { commitFunds } from './wallet/commit-funds.ts'

export const START: Instant = instant('2026-01-01T00:00:00Z')

export function usd(amount: number | bigint): WireMoney {
  return { amount: amount.toString(), currency: 'USD' }
}

/** A ledger of one test file's own. */
export function ledgerDatabase(): Promise<TestDatabase> {
  const own = { name: 'ledger', directory: fileURLToPath(new URL('../migrations', import.meta.url)) }
  return testDatabase({ schema: 'ledger', sources: [OUTBOX_MIGRATIONS, TIMER_MIGRATIONS, httpMigrations, own] })
}

/** A marketplace nobody else in the file uses. */
export function freshContext(db: Db, clock: TestClock = testClock(START)): Context & { readonly clock: TestClock } {
  return testContext(db, { tenant: nextId('tenant'), clock })
}

/** The ledger's handlers as its service runs them. */
export function ledgerConsumer(db: DbPool, clock: TestClock): ConsumerUnderTest {
  const log = testLog()
  return {
    service: 'ledger',
    db,
    handlers,
    log,
    clock,
    contextFor: (unit) => contextFor({ ...unit, log }),
  }
}

export async function fund(ctx: Context, party: Id<'party'>, amount: number): Promise<void> {
  await postTransaction(ctx, {
    recipe: payInClear,
    input: { party_id: party, rail: 'ach', amount: usd(amount) },
    cause: nextId('payIn'),
    reference: nextId('payIn'),
    effectiveAt: ctx.now(),
  })
}

/** A pay-in that was submitted and has cleared: a lot of the party's wallet. */
export async function payIn(ctx: Context, party: Id<'party'>, amount: number, rail: 'ach' | 'wire' = 'ach') {
  const id = nextId('payIn')
  await postTransaction(ctx, {
    recipe: payInClear,
    input: { party_id: party, rail, amount: usd(amount) },
    state: 'pending',
    cause: `submitted-${id}`,
    reference: id,
    effectiveAt: ctx.now(),
  })
  const cleared = { id, party_id: party, rail, amount: usd(amount) }
  await clearPayIn(ctx, { payIn: cleared, cause: `cleared-${id}`, clearedAt: ctx.now() })
  return id
}

/** Commits an amount of a buyer for an invoice; gives the collection. */
export async function commit(ctx: Context, buyer: Id<'party'>, amount: number, over: Partial<Collection> = {}) {
  const collection = {
    id: nextId('collection'),
    invoice_id: nextId('invoice'),
    contract_id: nextId('contract'),
    buyer_id: buyer,
    method: 'wallet' as const,
    amount: usd(amount),
    attempt: 1,
    ...over,
  }
  await commitFunds(ctx, { collection, cause: `commit-${collection.id}`, effectiveAt: ctx.now() })
  return collection.id
}

/** Funds the buyer and commits the total of the invoice; gives the collection. */
export async function collect(ctx: Context, invoice: Invoice): Promise<Id<'collection'>> {
  await fund(ctx, invoice.buyer_id, Number(invoice.total.amount))
  const { id: invoice_id, contract_id, total } = invoice
  return commit(ctx, invoice.buyer_id, Number(total.amount), { invoice_id, contract_id })
}

/** A paid invoice with one line for each seller and amount, at a fee of 10 %. */
export function paidInvoice(sales: readonly (readonly [Id<'party'>, number])[], over: Partial<Invoice> = {}): Invoice {
  const period = { from: START, to: instant('2026-02-01T00:00:00Z') }
  return {
    id: nextId('invoice'),
    number: 'INV-1',
    contract_id: nextId('contract'),
    buyer_id: nextId('party'),
    state: 'paid',
    period,
    issued_at: START,
    due_at: START,
    paid_at: START,
    total: usd(sales.reduce((sum, [, amount]) => sum + amount, 0)),
    amount_paid: usd(sales.reduce((sum, [, amount]) => sum + amount, 0)),
    lines: sales.map(([seller, amount]) => ({
      id: nextId('invoiceLine'),
      contract_line_id: nextId('contractLine'),
      seller_id: seller,
      description: 'H100',
      quantity: '1',
      amount: usd(amount),
      period,
    })),
    platform_fee_rate: '0.1',
    splits: [],
    openmeter_invoice_id: 'om_1',
    ...over,
  }
}

/** A payout of a cash-out that claims no leg. */
export async function payoutOf(ctx: Context, party: Id<'party'>, amount: number): Promise<Payout> {
  const id = nextId('cashOut')
  await insertCashOut(ctx, {
    id,
    partyId: party,
    amount: fromWire(usd(amount)),
    policy: 'on_request',
    state: 'requested',
    failure: null,
    payoutId: null,
    legs: [],
    requestedBy: 'key_test',
    requestedAt: START,
    endedAt: null,
  })
  return {
    id: nextId('payout'),
    party_id: party,
    bank_account_id: null,
    rail: 'ach',
    amount: usd(amount),
    state: 'requested',
    failure: null,
    payment_order_id: null,
    source: { cash_out_id: id, legs: [] },
    created_at: START,
    settled_at: null,
  }
}

/** Booked balances of all accounts of the tenant that are not zero, by ref. */
export async function books(ctx: Context): Promise<Record<string, bigint>> {
  const balances = await listBalances(ctx, { after: null, limit: 1000 })
  return Object.fromEntries(balances.map((it) => [it.account.ref, posted(it)]).filter(([, amount]) => amount !== 0n))
}

export async function availableOf(ctx: Context, ref: string): Promise<bigint> {
  const [balance] = await listBalances(ctx, { ref: accountOf(ref).ref, after: null, limit: 1 })
  return balance === undefined ? 0n : available(balance)
}
