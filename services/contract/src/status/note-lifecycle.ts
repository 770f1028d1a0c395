import type { Context } from '@draupnir/db'
import type { Instant } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import { same } from '../contract/timeline.ts'
import { noteTransition } from './note-transition.ts'
import { refreshServiceStatus } from './refresh-service-status.ts'

/** Tells when an edit or its beginning changed the lifecycle, and what that means for the service. */
export async function noteLifecycle(
  ctx: Context,
  before: ContractState,
  after: ContractState,
  at: Instant,
): Promise<void> {
  const { id, lifecycle: to } = after
  if (before.lifecycle !== to) await noteTransition(ctx, id, { machine: 'lifecycle', from: before.lifecycle, to, at })
  if (before.lifecycle !== to || !same(devicesOf(before), devicesOf(after))) await refreshServiceStatus(ctx, after, at)
}

/** The devices of all lines. */
export function devicesOf(state: ContractState): ContractState['lines'][number]['device_ids'] {
  return state.lines.flatMap((line) => line.device_ids)
}
