import { Transient } from '@draupnir/errors'
import { allOf, answered, asked } from '@draupnir/modern-treasury'
import type { Currency } from '@draupnir/money'
import type { Instant } from '@draupnir/time'
import { type PaymentOrder, type Standing, standingOf } from '../payment-order/payment-order.ts'
import type { Bank, Outcome } from './client.ts'

type CreateParams = Parameters<Bank['mt']['paymentOrders']['create']>[0]
type ListParams = NonNullable<Parameters<Bank['mt']['paymentOrders']['list']>[0]>

const PAGE_SIZE = 100

/**
 * Finds the payment order that an earlier attempt created, or creates it. An unclear answer, a lease that ran out and a
 * crash are all resolved by looking: the idempotency key protects for a day, the external id for ever.
 */
export async function ensurePaymentOrder(bank: Bank, order: PaymentOrder): Promise<Outcome<string>> {
  const found = await findPaymentOrder(bank, order.id)
  if (found !== null) return { ok: true, value: found }
  const originating = bank.internalAccountId ?? (await internalAccount(bank, order.currency))
  // `external_id` is on the wire but not in the types of this SDK version.
  const body: CreateParams & { external_id: string } = {
    type: 'ach',
    subtype: order.business ? 'CCD' : 'WEB',
    direction: order.direction,
    amount: Number(order.amount),
    currency: order.currency as NonNullable<CreateParams['currency']>,
    originating_account_id: originating,
    receiving_account_id: order.externalAccountId,
    statement_descriptor: 'DRAUPNIR',
    external_id: order.id,
    metadata: { draupnir_id: order.id },
  }
  const created = await asked('paymentOrders.create', () =>
    bank.mt.paymentOrders.create(body, { idempotencyKey: `payment-order:${order.id}` }),
  )
  return created.ok ? { ok: true, value: created.value.id } : created
}

/** Where a payment order stands, asked of the bank. */
export async function askStanding(bank: Bank, paymentOrderId: string): Promise<Standing> {
  return standingOf(await answered('paymentOrders.retrieve', () => bank.mt.paymentOrders.retrieve(paymentOrderId)))
}

/** The ids of the orders created since then that were executed and came back. */
export async function returnedOrders(bank: Bank, since: Instant): Promise<string[]> {
  const orders = await allOrders(bank, { status: 'returned', created_at_start: since.slice(0, 10) })
  return orders.map(({ id }) => id)
}

/** Every order at the bank that says it is one of ours; an account may be shared with other systems. */
export async function ourPaymentOrders(bank: Bank) {
  const orders = await allOrders(bank, {})
  return orders.filter(({ metadata }) => metadata.draupnir_id !== undefined)
}

function allOrders(bank: Bank, query: ListParams) {
  return allOf('paymentOrders.list', () => bank.mt.paymentOrders.list({ ...query, per_page: PAGE_SIZE }))
}

async function findPaymentOrder(bank: Bank, externalId: string): Promise<string | null> {
  const page = await answered('paymentOrders.list', () =>
    bank.mt.paymentOrders.list({ external_id: externalId, per_page: 1 }),
  )
  return page.items[0]?.id ?? null
}

async function internalAccount(bank: Bank, currency: Currency): Promise<string> {
  const page = await answered('internalAccounts.list', () => bank.mt.internalAccounts.list({ per_page: PAGE_SIZE }))
  const account = page.items.find((candidate) => candidate.currency === currency)
  if (account === undefined) throw new Transient('payout.no-internal-account', `no internal account in ${currency}`)
  return account.id
}
