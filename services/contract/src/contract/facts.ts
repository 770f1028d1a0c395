import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import type { ContractState } from '@draupnir/wire'
import { lockDevices } from '../device/lock-devices.ts'
import { findParty } from '../party/find-party.ts'
import type { Effect } from './operation.ts'

/** What other services must have said before an effect may be recorded: parties onboarded, devices the seller's. */
export async function requireFacts(ctx: Context, state: ContractState | null, effect: Effect): Promise<void> {
  switch (effect.operation) {
    case 'create':
    case 'transfer':
      return requireParty(ctx, effect.payload.buyer_id, 'buyer')
    case 'add_line': {
      const { seller_id, host_id, device_ids } = effect.payload.line
      await requireParty(ctx, seller_id, 'seller')
      await requireKnown(ctx, host_id === null ? [] : [host_id])
      return requireDevices(ctx, seller_id, device_ids)
    }
    case 'assign_devices': {
      const { line_id, host_id, device_ids } = effect.payload
      await requireKnown(ctx, host_id === null ? [] : [host_id])
      const line = state?.lines.find(({ id }) => id === line_id)
      if (line !== undefined) await requireDevices(ctx, line.seller_id, device_ids)
      return
    }
    case 'set_splits':
      return requireKnown(
        ctx,
        effect.payload.splits.map(({ party_id }) => party_id),
      )
    default:
  }
}

async function requireParty(ctx: Context, id: Id<'party'>, role: 'buyer' | 'seller'): Promise<void> {
  const party = await findParty(ctx, id)
  if (party === null) refuse(`contract.${role}-not-onboarded`, { party_id: id })
  if (!party.roles.includes(role)) refuse(`contract.${role}-role-missing`, { party_id: id, roles: party.roles })
}

async function requireKnown(ctx: Context, ids: readonly Id<'party'>[]): Promise<void> {
  for (const id of ids)
    if ((await findParty(ctx, id)) === null) refuse('contract.party-not-onboarded', { party_id: id })
}

async function requireDevices(ctx: Context, seller_id: Id<'party'>, ids: readonly Id<'device'>[]): Promise<void> {
  const known = new Map((await lockDevices(ctx, ids)).map((device) => [device.id, device]))
  for (const id of ids) {
    const device = known.get(id)
    if (device === undefined) refuse('contract.device-unknown', { device_id: id })
    if (device.seller_id !== seller_id) refuse('contract.device-owner-differs', { device_id: id, seller_id })
  }
}
