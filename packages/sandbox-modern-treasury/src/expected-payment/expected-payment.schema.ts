import { z } from 'zod'
import { currency, date, direction, externalId, metadata, paymentType, unsupported, uuid } from '../api/fields.ts'

const bound = z.int().min(0).max(Number.MAX_SAFE_INTEGER)
const text = z.string().nullish()

const RuleInput = z.strictObject({
  amount_upper_bound: bound,
  amount_lower_bound: bound,
  direction,
  internal_account_id: uuid,
  type: paymentType.nullish(),
  currency: currency.nullish(),
  date_upper_bound: date.nullish(),
  date_lower_bound: date.nullish(),
  counterparty_id: uuid.nullish(),
  custom_identifiers: z.record(z.string(), z.string()).nullish(),
})
export type RuleInput = z.infer<typeof RuleInput>

const fields = {
  external_id: externalId.nullish(),
  amount_upper_bound: bound.nullish(),
  amount_lower_bound: bound.nullish(),
  direction: direction.nullish(),
  internal_account_id: uuid.nullish(),
  type: paymentType.nullish(),
  currency: currency.nullish(),
  date_upper_bound: date.nullish(),
  date_lower_bound: date.nullish(),
  description: text,
  statement_descriptor: text,
  metadata: metadata.optional(),
  counterparty_id: uuid.nullish(),
  remittance_information: text,
  reconciliation_groups: unsupported,
  reconciliation_filters: unsupported,
  reconciliation_rule_variables: z.array(RuleInput).nullish(),
}

export const CreateExpectedPayment = z.looseObject({
  ...fields,
  line_items: unsupported,
  ledger_transaction: unsupported,
  ledger_transaction_id: unsupported,
})
export type CreateExpectedPayment = z.infer<typeof CreateExpectedPayment>

export const UpdateExpectedPayment = z.looseObject({ ...fields, status: z.literal('reconciled').nullish() })
export type UpdateExpectedPayment = z.infer<typeof UpdateExpectedPayment>
