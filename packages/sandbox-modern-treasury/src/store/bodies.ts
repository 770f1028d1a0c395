import type { JsonValue } from '@draupnir/errors'
import type ModernTreasury from 'modern-treasury'
import type { LedgerTransactionVersion } from 'modern-treasury/resources/ledger-transactions/versions'

/** An external account inside a counterparty or a payment order: the specification leaves `counterparty_id` out there. */
export type NestedExternalAccount = Omit<ModernTreasury.ExternalAccount, 'counterparty_id'>

export interface PaymentOrderBody extends Omit<ModernTreasury.PaymentOrder, 'receiving_account'> {
  receiving_account: NestedExternalAccount | ModernTreasury.InternalAccount | null
}

export interface CounterpartyBody extends Omit<ModernTreasury.Counterparty, 'accounts'> {
  accounts: NestedExternalAccount[]
}

/** The body of every kind of resource, typed by the official SDK so that a missing key does not compile. */
export interface Bodies {
  bulk_request: ModernTreasury.BulkRequest
  bulk_result: ModernTreasury.BulkResult
  connection: ModernTreasury.Connection
  counterparty: CounterpartyBody
  event: ModernTreasury.Event
  external_account: ModernTreasury.ExternalAccount
  external_account_verification_attempt: ModernTreasury.ExternalAccountVerifyResponse.ExternalAccountVerificationAttempt
  expected_payment: ModernTreasury.ExpectedPayment
  incoming_payment_detail: ModernTreasury.IncomingPaymentDetail
  internal_account: ModernTreasury.InternalAccount
  ledger: ModernTreasury.Ledger
  ledger_account: ModernTreasury.LedgerAccount
  ledger_entry: ModernTreasury.LedgerEntry
  ledger_transaction: ModernTreasury.LedgerTransaction
  ledger_transaction_version: LedgerTransactionVersion
  legal_entity: ModernTreasury.LegalEntity
  payment_order: PaymentOrderBody
  payment_reference_object: ModernTreasury.PaymentReference
  return: ModernTreasury.ReturnObject
  transaction: ModernTreasury.Transaction
  transaction_line_item: ModernTreasury.Transactions.TransactionLineItem
  virtual_account: ModernTreasury.VirtualAccount
}

/** What the test bank does with an account, derived from its number when it is created. */
export type Behaviour =
  | { readonly kind: 'accept' }
  | { readonly kind: 'return'; readonly code: string }
  | { readonly kind: 'fail' }

/** Sums of living entries, in minor units; posted entries are not among the pending ones. */
export interface LedgerTotals {
  readonly pendingCredits: number
  readonly pendingDebits: number
  readonly postedCredits: number
  readonly postedDebits: number
}

/** What the bank knows of a resource and the API never says. */
export interface Extras {
  bulk_request: { resources: readonly JsonValue[] }
  external_account: {
    behaviour: Behaviour
    verification: { attemptId: string; amounts: number[]; wrongGuesses: number } | null
  }
  incoming_payment_detail: { description: string | null }
  ledger_account: { currency: string; exponent: number; totals: LedgerTotals }
  ledger_entry: { effectiveAt: string }
  payment_order: { behaviour: Behaviour }
  transaction: { counterpartyId: string | null; virtualAccountId: string | null; transactableType: string | null }
  return: { counterpartyId: string | null }
}
