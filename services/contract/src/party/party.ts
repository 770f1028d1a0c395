import type { Id } from '@draupnir/ids'

/** An onboarded party as this service knows it; one that is not onboarded is not known. */
export interface Party {
  readonly id: Id<'party'>
  readonly roles: readonly ('buyer' | 'seller')[]
}
