import { type Id, type IdKind, idPattern } from '@draupnir/ids'
import { CURRENCIES, type Currency } from '@draupnir/money'
import { type Instant, instant, isInstant } from '@draupnir/time'
import { z } from 'zod'

const CURRENCY_CODES = Object.keys(CURRENCIES) as [Currency, ...Currency[]]

/** An id of one kind, `ctr_…`. */
export function idField<K extends IdKind>(kind: K): z.ZodType<Id<K>, Id<K>> {
  return branded<Id<K>>(z.string().regex(new RegExp(idPattern(kind))))
}

/** A moment as Draupnir writes it: RFC 3339, UTC, milliseconds. */
export const instantField: z.ZodType<Instant, Instant> = branded<Instant>(
  z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)
    .meta(example('2026-02-28T23:59:59.000Z')),
)

/** A moment as a caller may write it: any RFC 3339 time with an offset. */
export const instantInput = z.iso
  .datetime({ offset: true, abort: true })
  .meta(example('2026-02-28T18:59:59-05:00'))
  .refine(isInstant, 'must be a time in the years 1970 to 9999')
  .transform((text): Instant => instant(text))

export const currencyField = z.enum(CURRENCY_CODES)

/** Minor units as a decimal string and a currency; may be negative. */
export const moneyField = z.strictObject({
  amount: z
    .string()
    .regex(/^(0|-?[1-9]\d{0,14})$/)
    .meta(example('12550')),
  currency: currencyField,
})

/** Money above zero. */
export const positiveMoneyField = z.strictObject({
  amount: z
    .string()
    .regex(/^[1-9]\d{0,14}$/)
    .meta(example('12550')),
  currency: currencyField,
})

/** An exact non-negative decimal, at most 12 decimals. */
export const decimalField = z
  .string()
  .regex(/^(0|[1-9]\d{0,14})(\.\d{1,12})?$/)
  .meta(example('2.5'))

/** A share between 0 and 1, exact. */
export const rateField = z
  .string()
  .regex(/^(0(\.\d{1,12})?|1(\.0{1,12})?)$/)
  .meta(example('0.125'))

/** A share that a provider takes as a number of per cent: to a ten-thousandth of one. */
export const discountField = z
  .string()
  .regex(/^(0(\.\d{1,6})?|1(\.0{1,6})?)$/)
  .meta(example('0.125'))

/** A price for one unit: minor units with at most six decimals (`"235.5"` is 2.355 USD). */
export const unitPriceField = z.strictObject({
  amount: z
    .string()
    .regex(/^(0|[1-9]\d{0,14})(\.\d{1,6})?$/)
    .meta(example('235.5')),
  currency: currencyField,
})

export const periodField = z.object({ from: instantField, to: instantField })

/** Short text for people; no control characters. */
export function textField(max = 200) {
  return z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Cs}]+$/u)
}

// Zod's own brands differ from ours; the pattern is what makes the value what its type says.
function branded<T extends string>(schema: z.ZodString): z.ZodType<T, T> {
  return schema as unknown as z.ZodType<T, T>
}

// For who reads the schema: a value made up from its pattern is no time and no price anybody would know.
function example(value: string) {
  return { examples: [value] }
}
