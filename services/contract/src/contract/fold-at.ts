import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { latest } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import { lastKnown } from './contract.store.ts'
import type { Viewpoint } from './contract.ts'
import { evolve } from './evolve.ts'
import { lookAhead, placedEdits, snapshotBefore } from './placement.store.ts'

const LAST_RANK = 2 ** 31 - 1

/** Equals `fold` of the log, read from the nearest snapshot on: it costs the same however long the log is. */
export async function foldAt(
  ctx: Context,
  contractId: Id<'contract'>,
  { asOf, knownAt }: Viewpoint,
): Promise<ContractState | null> {
  const last = await lastKnown(ctx, contractId, knownAt)
  if (last === null) return null
  const [base, ahead] = await Promise.all([
    snapshotBefore(ctx, contractId, { effective_at: asOf, rank: LAST_RANK }, last.seq),
    lookAhead(ctx, contractId, last.seq, asOf, last.recordedAt, latest(knownAt, last.recordedAt)),
  ])
  const edits = await placedEdits(ctx, contractId, base, last.seq, asOf)
  const state = edits.reduce(evolve, base.state)
  if (state === null) return null
  const ends_at = state.lifecycle === 'ended' ? state.ends_at : ahead.ends_at
  return { ...state, ends_at, version: last.version + ahead.begun }
}
