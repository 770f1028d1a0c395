import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { earliest } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import type { Viewpoint } from './contract.ts'
import { evolve } from './evolve.ts'
import { outlook, placedEdits } from './placement.store.ts'

/** Equals `fold` of the log, read from the nearest snapshot on: it costs the same however long the log is. */
export async function foldAt(
  ctx: Context,
  contractId: Id<'contract'>,
  viewpoint: Viewpoint,
): Promise<ContractState | null> {
  const known = await outlook(ctx, contractId, viewpoint)
  if (known === null) return null
  const until = earliest(viewpoint.asOf, known.last_effective_at)
  const edits = await placedEdits(ctx, contractId, known.base, known.seq, until)
  const state = edits.reduce(evolve, known.base.state)
  if (state === null) return null
  const ends_at = state.lifecycle === 'ended' ? state.ends_at : known.ends_at
  return { ...state, ends_at, version: known.version + known.begun }
}
