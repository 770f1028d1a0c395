import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { readUsage } from '../usage/read-usage.ts'
import { findMirror } from './mirror.store.ts'

/** How far OpenMeter equals a contract and its usage. Refuses `request.not-found`. */
export async function readMetering(ctx: Context, contractId: Id<'contract'>) {
  const mirror = await findMirror(ctx, contractId)
  if (mirror === null) refuse('request.not-found', { contract_id: contractId })
  return { sync: mirror.sync, usage: await readUsage(ctx, contractId) }
}
