import type { Id } from '@draupnir/ids'
import type { Money } from '@draupnir/money'

/** What of a released leg its party may still cash out. */
export interface Earning {
  readonly settlementId: Id<'settlement'>
  readonly legId: Id<'settlementLeg'>
  readonly amount: Money
}
