import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import { selectApiKeys } from './api-key.store.ts'
import type { ApiKey } from './api-key.ts'

/** Newest first, older than `before`; those that open nothing any more too. */
export function listApiKeys(
  ctx: Context,
  before: readonly [Instant, Id<'apiKey'>] | null,
  limit: number,
): Promise<ApiKey[]> {
  return selectApiKeys(ctx, before, limit)
}
