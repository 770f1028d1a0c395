import { deriveId, type Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'

/** One marketplace: what it owns is invisible to every other. */
export interface Tenant {
  readonly id: Id<'tenant'>
  readonly name: string
  readonly createdAt: Instant
}

/** The tenant of the first key, and of everything that belongs to the platform itself. */
export const PLATFORM_TENANT: Id<'tenant'> = deriveId('tenant', 'platform')
