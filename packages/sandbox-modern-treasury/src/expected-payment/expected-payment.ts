import type ModernTreasury from 'modern-treasury'
import { mergeMetadata } from '../api/fields.ts'
import { base, type Unit } from '../api/unit.ts'
import type { CreateExpectedPayment, RuleInput, UpdateExpectedPayment } from './expected-payment.schema.ts'

export type ExpectedPayment = ModernTreasury.ExpectedPayment
type Rule = ModernTreasury.ReconciliationRule
type Transaction = ModernTreasury.Transaction

export function expectedPayment(unit: Unit, input: CreateExpectedPayment): ExpectedPayment {
  const empty: ExpectedPayment = {
    ...base(unit, 'expected_payment'),
    external_id: null,
    amount_upper_bound: null,
    amount_lower_bound: null,
    direction: null,
    internal_account_id: null,
    type: null,
    currency: null,
    date_upper_bound: null,
    date_lower_bound: null,
    description: null,
    statement_descriptor: null,
    metadata: {},
    counterparty_id: null,
    remittance_information: null,
    reconciliation_groups: null,
    reconciliation_filters: null,
    reconciliation_rule_variables: null,
    transaction_id: null,
    transaction_line_item_id: null,
    status: 'unreconciled',
    reconciliation_method: null,
    ledger_transaction_id: null,
  }
  return withChanges(empty, { ...input, currency: input.currency ?? 'USD' })
}

/** The expectation with the given fields replaced; metadata is merged. */
export function withChanges(
  old: ExpectedPayment,
  input: Omit<UpdateExpectedPayment, 'status'> & CreateExpectedPayment,
): ExpectedPayment {
  const rules = input.reconciliation_rule_variables
  return {
    ...old,
    external_id: keep(input.external_id, old.external_id),
    amount_upper_bound: keep(input.amount_upper_bound, old.amount_upper_bound),
    amount_lower_bound: keep(input.amount_lower_bound, old.amount_lower_bound),
    direction: keep(input.direction, old.direction),
    internal_account_id: keep(input.internal_account_id, old.internal_account_id),
    type: keep(input.type, old.type),
    currency: keep(input.currency, old.currency),
    date_upper_bound: keep(input.date_upper_bound, old.date_upper_bound),
    date_lower_bound: keep(input.date_lower_bound, old.date_lower_bound),
    description: keep(input.description, old.description),
    statement_descriptor: keep(input.statement_descriptor, old.statement_descriptor),
    metadata: mergeMetadata(old.metadata, input.metadata),
    counterparty_id: keep(input.counterparty_id, old.counterparty_id),
    remittance_information: keep(input.remittance_information, old.remittance_information),
    reconciliation_rule_variables: rules === undefined ? old.reconciliation_rule_variables : (rules?.map(rule) ?? null),
  }
}

/** Whether a line of the statement is what was expected, by any of its rules. */
export function expects(payment: ExpectedPayment, transaction: Transaction, counterpartyId: string | null): boolean {
  return rulesOf(payment).some((wanted) => fits(wanted, transaction, counterpartyId))
}

/** The least amount that fulfils the expectation. */
export function atLeast(payment: ExpectedPayment): number {
  const bounds = rulesOf(payment).map((wanted) => wanted.amount_lower_bound)
  return bounds.length > 0 ? Math.min(...bounds) : (payment.amount_lower_bound ?? 0)
}

// The flat fields count as a rule when no rules are given.
function rulesOf(payment: ExpectedPayment): readonly Rule[] {
  if (payment.reconciliation_rule_variables !== null) return payment.reconciliation_rule_variables
  const { amount_lower_bound, amount_upper_bound, direction, internal_account_id, currency } = payment
  if (
    amount_lower_bound === null ||
    amount_upper_bound === null ||
    direction === null ||
    internal_account_id === null
  ) {
    return []
  }
  const { type, date_lower_bound, date_upper_bound, counterparty_id } = payment
  const required = { amount_lower_bound, amount_upper_bound, direction, internal_account_id, custom_identifiers: null }
  return [{ ...required, type, date_lower_bound, date_upper_bound, counterparty_id, ...(currency && { currency }) }]
}

function fits(wanted: Rule, transaction: Transaction, counterpartyId: string | null): boolean {
  const words = (transaction.vendor_description ?? '').toLowerCase()
  const date = transaction.as_of_date
  return (
    transaction.direction === wanted.direction &&
    transaction.internal_account_id === wanted.internal_account_id &&
    transaction.amount >= wanted.amount_lower_bound &&
    transaction.amount <= wanted.amount_upper_bound &&
    (!wanted.type || transaction.type === wanted.type) &&
    (!wanted.currency || transaction.currency === wanted.currency) &&
    (!wanted.date_lower_bound || (date !== null && date >= wanted.date_lower_bound)) &&
    (!wanted.date_upper_bound || (date !== null && date <= wanted.date_upper_bound)) &&
    (!wanted.counterparty_id || counterpartyId === null || counterpartyId === wanted.counterparty_id) &&
    Object.values(wanted.custom_identifiers ?? {}).every((value) => words.includes(value.toLowerCase()))
  )
}

function rule(input: RuleInput): Rule {
  const { currency, ...rest } = input
  return {
    ...rest,
    type: rest.type ?? null,
    date_upper_bound: rest.date_upper_bound ?? null,
    date_lower_bound: rest.date_lower_bound ?? null,
    counterparty_id: rest.counterparty_id ?? null,
    custom_identifiers: rest.custom_identifiers ?? null,
    currency: currency ?? 'USD',
  }
}

function keep<T>(given: T | null | undefined, old: T | null): T | null {
  return given === undefined ? old : given
}
