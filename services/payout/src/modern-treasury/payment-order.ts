import { Transient } from '@draupnir/errors'
import type { Currency } from '@draupnir/money'
import { answered, asked, type Bank, type Outcome } from './client.ts'

/** What is asked of the bank: `debit` pulls from the external account, `credit` pushes to it. */
export interface PaymentOrder {
  /** Our id: the provider's external id and the root of the idempotency key. */
  readonly id: string
  readonly direction: 'debit' | 'credit'
  readonly amount: bigint
  readonly currency: Currency
  readonly externalAccountId: string
  readonly business: boolean
}

type CreateParams = Parameters<Bank['mt']['paymentOrders']['create']>[0]

/**
 * Creates the payment order or finds the one that an earlier, unanswered attempt created: an unclear answer is resolved
 * by looking, and the idempotency key is the same on every attempt.
 */
export async function ensurePaymentOrder(bank: Bank, order: PaymentOrder, attempt: number): Promise<Outcome<string>> {
  if (attempt > 1) {
    const found = await findPaymentOrder(bank, order.id)
    if (found !== null) return { ok: true, value: found }
  }
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

/** Where a payment order stands at the bank. */
export type Standing =
  | { readonly kind: 'under-way' }
  | { readonly kind: 'executed' }
  | { readonly kind: 'failed'; readonly reason: string }

/** Executed is completed *and* matched to a posted bank transaction: only then has money moved. */
export async function standingOf(bank: Bank, paymentOrderId: string): Promise<Standing> {
  const order = await answered('paymentOrders.retrieve', () => bank.mt.paymentOrders.retrieve(paymentOrderId))
  switch (order.status) {
    case 'completed':
      return order.reconciliation_status === 'reconciled' ? { kind: 'executed' } : { kind: 'under-way' }
    case 'failed':
    case 'denied':
    case 'cancelled':
    case 'returned':
    case 'reversed':
    case 'stopped':
      return { kind: 'failed', reason: reasonOf(order) }
    default:
      return { kind: 'under-way' }
  }
}

function reasonOf(order: {
  status: string
  vendor_failure_reason?: string | null
  current_return?: { code: string | null } | null
}): string {
  const detail = order.current_return?.code ?? order.vendor_failure_reason ?? null
  return detail === null ? order.status : `${order.status}: ${detail}`
}

async function findPaymentOrder(bank: Bank, externalId: string): Promise<string | null> {
  const page = await answered('paymentOrders.list', () =>
    bank.mt.paymentOrders.list({ external_id: externalId, per_page: 1 }),
  )
  return page.items[0]?.id ?? null
}

async function internalAccount(bank: Bank, currency: Currency): Promise<string> {
  const page = await answered('internalAccounts.list', () => bank.mt.internalAccounts.list({ per_page: 100 }))
  const account = page.items.find((candidate) => candidate.currency === currency)
  if (account === undefined) throw new Transient('payout.no-internal-account', `no internal account in ${currency}`)
  return account.id
}
