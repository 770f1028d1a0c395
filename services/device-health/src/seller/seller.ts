import type { Id } from '@draupnir/ids'

/** An onboarded party, as far as it may own devices. */
export interface Seller {
  readonly id: Id<'party'>
  readonly roles: readonly ('buyer' | 'seller')[]
}
