import { z } from 'zod'
import {
  amount,
  currency,
  date,
  dateTime,
  direction,
  externalId,
  metadata,
  paymentType,
  priority,
  unsupported,
  uuid,
} from '../api/fields.ts'
import { InlineExternalAccount } from '../external-account/external-account.schema.ts'
import { CreateLedgerTransaction } from '../ledger-transaction/ledger-transaction.schema.ts'

const SUBTYPES = ['CCD', 'CIE', 'CTX', 'IAT', 'PPD', 'TEL', 'WEB'] as const
const ACH_DESCRIPTOR_MAX = 10
const text = z.string().nullish()

const editable = {
  subtype: z.enum(SUBTYPES).nullish(),
  priority: priority.optional(),
  effective_date: date.optional(),
  description: text,
  statement_descriptor: text,
  remittance_information: text,
  process_after: dateTime.nullish(),
  purpose: text,
  metadata: metadata.optional(),
  nsf_protected: z.boolean().optional(),
  originating_party_name: text,
  send_remittance_advice: z.boolean().nullish(),
  line_items: unsupported,
}

export const CreatePaymentOrder = z
  .looseObject({
    ...editable,
    type: paymentType,
    amount,
    direction,
    originating_account_id: uuid,
    receiving_account_id: uuid.optional(),
    receiving_account: InlineExternalAccount.optional(),
    currency: currency.default('USD'),
    external_id: externalId.nullish(),
    fallback_type: z.literal('ach').optional(),
    ledger_transaction: CreateLedgerTransaction.optional(),
    ledger_transaction_id: uuid.optional(),
    documents: unsupported,
  })
  .refine((order) => order.receiving_account_id !== undefined || order.receiving_account !== undefined, {
    path: ['receiving_account_id'],
    message: 'or receiving_account is required',
  })
  .refine((order) => order.type === 'ach' || order.direction === 'credit', {
    path: ['direction'],
    message: 'must be credit for this type',
  })
  .refine((order) => order.type !== 'ach' || (order.statement_descriptor ?? '').length <= ACH_DESCRIPTOR_MAX, {
    path: ['statement_descriptor'],
    message: `is longer than ${ACH_DESCRIPTOR_MAX} characters`,
  })
export type CreatePaymentOrder = z.infer<typeof CreatePaymentOrder>

export const UpdatePaymentOrder = z.looseObject({
  ...editable,
  amount: amount.optional(),
  receiving_account_id: uuid.optional(),
  status: z.enum(['approved', 'cancelled', 'needs_approval']).optional(),
})
export type UpdatePaymentOrder = z.infer<typeof UpdatePaymentOrder>
