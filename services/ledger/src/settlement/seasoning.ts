import { addDuration, type Duration, duration, type Instant } from '@draupnir/time'
import type { Collection } from '@draupnir/wire'

export type FundedBy = Collection['method']

/** How long earnings rest before their seller may have them, by what paid the invoice. */
export const SEASONING: Readonly<Record<FundedBy, Duration>> = {
  wallet: duration('P2D'),
}

/** When a tranche that begins to season at `from` matures. */
export function maturity(fundedBy: FundedBy, from: Instant): Instant {
  return addDuration(from, SEASONING[fundedBy])
}
