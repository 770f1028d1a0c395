import type { Context } from '@draupnir/db'
import { refuse, required } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { BillingStatus, ContractState, ContractSync } from '@draupnir/wire'
import { findDeviceStates } from '../device/find-states.ts'
import { findStatuses } from '../status/find-statuses.ts'
import { type ServiceStatus, serviceStatus } from '../status/status.ts'
import { type ContractFilter, findHead, type Head, selectHeads } from './contract.store.ts'
import type { Viewpoint } from './contract.ts'
import { foldAt } from './fold-at.ts'

/** A contract with what other services say about it. */
export interface ContractView extends ContractState {
  readonly created_at: Instant
  readonly sync: Pick<ContractSync, 'sync_state' | 'last_error' | 'attempts' | 'next_attempt_at'>
  readonly billing_status: BillingStatus
  readonly service_status: ServiceStatus
}

interface Shown {
  readonly state: ContractState
  readonly createdAt: Instant
}

// What is asked for at the same time, or was before.
type StatusesOf = ReturnType<typeof findStatuses> | Awaited<ReturnType<typeof findStatuses>>

/** As of now, or from another viewpoint. Refuses `request.not-found`, also when nothing was known or held then. */
export async function readContract(
  ctx: Context,
  id: Id<'contract'>,
  { asOf = null, knownAt = null }: { readonly [K in keyof Viewpoint]?: Instant | null } = {},
): Promise<ContractView> {
  const now = ctx.now()
  const isNow = asOf === null && knownAt === null
  const viewpoint = { asOf: asOf ?? now, knownAt: knownAt ?? now }
  // What does not depend on one another is asked for at once.
  const [head, folded, statuses] = await Promise.all([
    findHead(ctx, id),
    isNow ? null : foldAt(ctx, id, viewpoint),
    findStatuses(ctx, [id]),
  ])
  const state = isNow && head !== null ? await currently(ctx, head) : folded
  if (head === null || state === null) refuse('request.not-found', { contract_id: id })
  return viewBy(ctx, { state, createdAt: head.createdAt }, statuses)
}

/** A state that is known already, with what other services say about it. */
export async function viewContract(ctx: Context, shown: Shown): Promise<ContractView> {
  return viewBy(ctx, shown, findStatuses(ctx, [shown.state.id]))
}

async function viewBy(ctx: Context, shown: Shown, statuses: StatusesOf): Promise<ContractView> {
  const [view] = await withDevices(ctx, [shown], statuses)
  return required(view, 'one state gives one view')
}

/** The contract as it holds now. Refuses `request.not-found`. */
export async function currentState(ctx: Context, id: Id<'contract'>): Promise<ContractState> {
  return currently(ctx, await existingHead(ctx, id))
}

/** Newest first. */
export async function listContracts(ctx: Context, filter: ContractFilter, limit: number): Promise<ContractView[]> {
  const heads = await selectHeads(ctx, filter, limit)
  const states: Shown[] = []
  for (const head of heads) states.push({ state: await currently(ctx, head), createdAt: head.createdAt })
  const statuses = await findStatuses(
    ctx,
    states.map(({ state }) => state.id),
  )
  return withDevices(ctx, states, statuses)
}

/** Refuses `request.not-found`. */
export async function existingHead(ctx: Context, id: Id<'contract'>): Promise<Head> {
  return (await findHead(ctx, id)) ?? refuse('request.not-found', { contract_id: id })
}

// The head is folded when something is written; what began since then is folded here.
async function currently(ctx: Context, head: Head): Promise<ContractState> {
  const now = ctx.now()
  if (head.nextEffectAt === null || head.nextEffectAt > now) return head.state
  return required(await foldAt(ctx, head.state.id, { asOf: now, knownAt: now }), 'a head has a log')
}

async function withDevices(ctx: Context, list: readonly Shown[], told: StatusesOf): Promise<ContractView[]> {
  const ids = [...new Set(list.flatMap(({ state }) => deviceIds(state)))]
  const [statuses, deviceState] = await Promise.all([told, findDeviceStates(ctx, ids)])
  return list.map(({ state, createdAt }) => {
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
