import type ModernTreasury from 'modern-treasury'
import { z } from 'zod'
import { invalid } from '../api/errors.ts'
import { amount, date, direction, mergeMetadata, metadata, paymentType, uuid } from '../api/fields.ts'
import { base, type Unit } from '../api/unit.ts'
import { publish } from '../event/publish.ts'
import { matchTransaction } from '../expected-payment/match.ts'
import { find, insert, load } from '../store/resource.ts'

/** A line of a statement that was not caused by anything the API knows. */
export const CreateTransaction = z.looseObject({
  amount,
  direction,
  vendor_description: z.string().nullish(),
  vendor_code: z.string().nullable(),
  vendor_code_type: z.enum(['bai2', 'swift', 'iso20022', 'user']).nullable(),
  vendor_customer_id: z.string().nullish(),
  as_of_date: date.nullable(),
  internal_account_id: uuid,
  metadata: metadata.default({}),
  posted: z.boolean().default(true),
  type: paymentType.nullish(),
})

export async function createTransaction(
  unit: Unit,
  input: z.infer<typeof CreateTransaction>,
): Promise<ModernTreasury.Transaction> {
  const account = await find(unit, 'internal_account', input.internal_account_id)
  if (!account) return invalid('internal_account_id', 'The internal account could not be found')
  const transaction: ModernTreasury.Transaction = {
    ...base(unit, 'transaction'),
    discarded_at: null,
    amount: input.amount,
    currency: account.body.currency,
    direction: input.direction,
    vendor_description: input.vendor_description ?? null,
    vendor_code: input.vendor_code,
    vendor_code_type: input.vendor_code_type,
    vendor_id: null,
    as_of_date: input.as_of_date,
    as_of_time: null,
    as_of_timezone: null,
    internal_account_id: account.body.id,
    metadata: mergeMetadata({}, input.metadata),
    posted: input.posted,
    vendor_customer_id: input.vendor_customer_id ?? null,
    reconciled: false,
    details: {},
    type: input.type ?? 'other',
    foreign_exchange_rate: null,
    custom_identifiers: {},
  }
  await insert(unit, 'transaction', transaction, {
    counterpartyId: null,
    virtualAccountId: null,
    transactableType: null,
  })
  await publish(unit, 'transaction', 'created', transaction)
  await matchTransaction(unit, transaction.id)
  return (await load(unit, 'transaction', transaction.id)).body
}
