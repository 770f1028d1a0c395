import { CURRENCIES, type Currency } from '@draupnir/money'
import { z } from 'zod'

/** Minor units; more than a JSON integer holds exactly is refused. */
export const amount = z.int().min(1).max(Number.MAX_SAFE_INTEGER)
export const currency = z.enum(Object.keys(CURRENCIES) as [Currency, ...Currency[]])
export const date = z.iso.date()
export const dateTime = z.iso.datetime({ offset: true })
export const direction = z.enum(['credit', 'debit'])
export const externalId = z.string().min(1).max(180)
/** A key set to null or the empty string is removed. */
export const metadata = z.record(z.string().min(1), z.string().nullable())
export const priority = z.enum(['high', 'normal'])
export const uuid = z.guid()

export const NOT_IMPLEMENTED = 'is not implemented by the sandbox yet'
/** A parameter of the API the sandbox cannot honour: refused with 501 unless absent or null. */
export const unsupported = z.never(NOT_IMPLEMENTED).nullish()

// biome-ignore format: one word a line would be a page
export const PAYMENT_TYPES = [
  'ach', 'au_becs', 'bacs', 'base', 'book', 'card', 'chats', 'check', 'cross_border', 'dk_nets', 'eft', 'ethereum',
  'gb_fps', 'hu_ics', 'interac', 'masav', 'mx_ccen', 'neft', 'nics', 'nz_becs', 'pl_elixir', 'polygon',
  'provxchange', 'ro_sent', 'rtp', 'se_bankgirot', 'sen', 'sepa', 'sg_giro', 'sic', 'signet', 'sknbi', 'solana',
  'wire', 'zengin',
] as const
export const paymentType = z.enum(PAYMENT_TYPES)

/** New keys over old ones; null and the empty string remove a key. */
export function mergeMetadata(
  old: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | null>> | undefined,
): Record<string, string> {
  const merged: Record<string, string> = {}
  for (const [key, value] of Object.entries({ ...old, ...changes })) {
    if (value !== null && value !== '') merged[key] = value
  }
  return merged
}
