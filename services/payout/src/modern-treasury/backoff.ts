import { HOUR_MS, SECOND_MS } from '@draupnir/time'

/** Calls to the bank are tried until answered: giving up would leave it open whether money moves. */
export const BANK_BACKOFF = { firstMs: 5 * SECOND_MS, factor: 2, maxMs: HOUR_MS, maxAttempts: null }
