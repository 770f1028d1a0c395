import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { BillingStatus, ContractState, ContractSync } from '@draupnir/wire'
import { findDeviceStates } from '../device/find-states.ts'
import { findStatuses } from '../status/find-statuses.ts'
import { type ServiceStatus, serviceStatus } from '../status/status.ts'
import { type ContractFilter, findHead, type Head, selectEdits, selectHeads } from './contract.store.ts'
import { type Edit, elapse } from './contract.ts'

/** A contract with what other services say about it. */
export interface ContractView extends ContractState {
  readonly created_at: Instant
  readonly sync: Pick<ContractSync, 'sync_state' | 'last_error' | 'attempts' | 'next_attempt_at'>
  readonly billing_status: BillingStatus
  readonly service_status: ServiceStatus
}

/** Refuses `request.not-found`. */
export async function readContract(ctx: Context, id: Id<'contract'>): Promise<ContractView> {
  const [view] = await withStatuses(ctx, [await existing(ctx, id)])
  return view ?? refuse('request.not-found', { contract_id: id })
}

/** Newest first. */
export async function listContracts(ctx: Context, filter: ContractFilter, limit: number): Promise<ContractView[]> {
  return withStatuses(ctx, await selectHeads(ctx, filter, limit))
}

/** The log, oldest first. Refuses `request.not-found`. */
export async function listEdits(ctx: Context, id: Id<'contract'>, afterSeq: number, limit: number): Promise<Edit[]> {
  await existing(ctx, id)
  return selectEdits(ctx, id, afterSeq, limit)
}

async function existing(ctx: Context, id: Id<'contract'>): Promise<Head> {
  return (await findHead(ctx, id)) ?? refuse('request.not-found', { contract_id: id })
}

async function withStatuses(ctx: Context, heads: readonly Head[]): Promise<ContractView[]> {
  const states = heads.map((head) => elapse(head.state, ctx.now()))
  const statuses = await findStatuses(
    ctx,
    states.map((state) => state.id),
  )
  const deviceState = await findDeviceStates(ctx, [...new Set(states.flatMap(deviceIds))])
  return heads.map(({ state: stored, createdAt }) => {
    const state = elapse(stored, ctx.now())
    const { sync, billing_status } = statuses(state.id)
    const { sync_state, last_error, attempts, next_attempt_at } = sync
    return {
      ...state,
      created_at: createdAt,
      sync: { sync_state, last_error, attempts, next_attempt_at },
      billing_status,
      service_status: serviceStatus(state.lifecycle, deviceIds(state).map(deviceState)),
    }
  })
}

function deviceIds(state: ContractState): Id<'device'>[] {
  return state.lines.flatMap((line) => line.device_ids)
}
