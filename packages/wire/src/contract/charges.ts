import { z } from 'zod'
import { decimalField, idField, instantField, moneyField, rateField } from '../fields.ts'
import { priceSchema } from './contract.ts'

/** What one line is charged for one stretch of a billing period, at one quantity, price and discount, to one buyer. */
export const chargeSchema = z.object({
  line_id: idField('contractLine'),
  buyer_id: idField('party'),
  from: instantField,
  to: instantField,
  quantity: decimalField,
  price: priceSchema,
  discount_rate: rateField,
  /** Null for usage that is not known here: billing knows what was metered from `from` to `to`. */
  amount: moneyField.nullable(),
})

/** Of one line in one billing period; the amounts are null, and the charges say the prices, when usage is not known here. */
export const lineCorrectionSchema = z.object({
  line_id: idField('contractLine'),
  charged: moneyField.nullable(),
  due: moneyField.nullable(),
  difference: moneyField.nullable(),
  /** Only what differs; the amounts above are of the whole line. */
  charges_before: z.array(chargeSchema),
  charges_after: z.array(chargeSchema),
})

export type Charge = z.infer<typeof chargeSchema>
export type LineCorrection = z.infer<typeof lineCorrectionSchema>
