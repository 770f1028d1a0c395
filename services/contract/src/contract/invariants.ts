import { assert } from '@draupnir/errors'
import type { ContractState } from '@draupnir/wire'

/** What is true of every contract at every moment; a `Defect` names what is not. */
export function checkInvariants(state: ContractState): void {
  const broken = brokenInvariant(state)
  assert(broken === null, `contract ${state.id}: ${broken}`)
}

/** The first invariant that does not hold, or null. */
export function brokenInvariant(state: ContractState): string | null {
  const devices = state.lines.flatMap((line) => line.device_ids)
  if (new Set(state.lines.map((line) => line.id)).size !== state.lines.length) return 'two lines share an id'
  if (new Set(devices).size !== devices.length) return 'a device is on two lines'
  if (state.lines.some((line) => line.price.unit_price.currency !== state.currency))
    return 'a price is in another currency'
  if (state.lines.some((line) => line.seller_id === state.buyer_id)) return 'the buyer sells to itself'
  if ((state.activated_at === null) !== (state.billing_anchor === null)) return 'activation and anchor come together'
  if (state.lifecycle === 'draft' && state.activated_at !== null) return 'a draft was activated'
  if (state.lifecycle === 'active' && state.activated_at === null) return 'active, yet never activated'
  if (state.activated_at !== null && state.lines.length === 0) return 'activated without a line'
  if (state.lifecycle === 'ended' && state.ends_at === null) return 'ended without an end'
  return null
}
