import { parseId } from '@draupnir/ids'
import type { WireMoney } from '@draupnir/money'

/** The people of the golden tables. */
export const BUYER = parseId('party', 'pty_00000000000000000000000b01')
export const SELLER = parseId('party', 'pty_00000000000000000000000s01')
export const HOST = parseId('party', 'pty_00000000000000000000000h01')
export const PARTNER = parseId('party', 'pty_00000000000000000000000p01')
export const OTHER_SELLER = parseId('party', 'pty_00000000000000000000000s02')

export function usd(amount: string): WireMoney {
  return { amount, currency: 'USD' }
}
