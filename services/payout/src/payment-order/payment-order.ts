import type { Currency } from '@draupnir/money'

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

/** Where a payment order stands at the bank. */
export type Standing =
  | { readonly kind: 'under-way' }
  | { readonly kind: 'executed' }
  | {
      readonly kind: 'failed'
      readonly reason: string /** Of the return (`R01`), or the status. */
      readonly code: string
    }

/** What the bank says of a payment order, as far as it decides where it stands. */
export interface BankStatement {
  readonly status: string
  readonly reconciliation_status: string
  readonly vendor_failure_reason?: string | null
  readonly current_return?: { readonly code: string | null } | null
}

const FAILED = new Set(['failed', 'denied', 'cancelled', 'returned', 'reversed', 'stopped'])

/** Executed is completed *and* matched to a posted bank transaction: only then has money moved. */
export function standingOf(order: BankStatement): Standing {
  if (FAILED.has(order.status)) {
    return { kind: 'failed', reason: reasonOf(order), code: order.current_return?.code ?? order.status }
  }
  const executed = order.status === 'completed' && order.reconciliation_status === 'reconciled'
  return { kind: executed ? 'executed' : 'under-way' }
}

function reasonOf({ status, current_return, vendor_failure_reason }: BankStatement): string {
  const detail = current_return?.code ?? vendor_failure_reason ?? null
  return detail === null ? status : `${status}: ${detail}`
}
