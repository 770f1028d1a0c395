import { assert } from '@draupnir/errors'
import type { ContractState } from '@draupnir/wire'

/** What is true of every contract at every moment; a `Defect` names what is not. */
export function checkInvariants(state: ContractState): void {
  const broken = brokenInvariant(state)
  assert(broken === null, `contract ${state.id}: ${broken}`)
}

/** The first invariant that does not hold, or null. */
export function brokenInvariant(state: ContractState): string | null {
  return brokenLines(state) ?? brokenLife(state)
}

function brokenLines(state: ContractState): string | null {
  const devices = state.lines.flatMap((line) => line.device_ids)
  if (new Set(state.lines.map((line) => line.id)).size !== state.lines.length) return 'two lines share an id'
  if (new Set(devices).size !== devices.length) return 'a device is on two lines'
  if (state.lines.some((line) => line.price.unit_price.currency !== state.currency))
    return 'a price is in another currency'
  if (state.lines.some((line) => line.seller_id === state.buyer_id)) return 'the buyer sells to itself'
  if (state.lines.some((line) => line.added_at === null)) return 'a line has no beginning'
  return null
}

function brokenLife(state: ContractState): string | null {
  const { lifecycle, activated_at } = state
  if ((activated_at === null) !== (state.billing_anchor === null)) return 'activation and anchor come together'
  if ((lifecycle === 'draft' || lifecycle === 'trialing') && activated_at !== null) return `${lifecycle}, yet activated`
  if ((lifecycle === 'active' || lifecycle === 'suspended') && activated_at === null)
    return `${lifecycle}, yet never activated`
  if (lifecycle === 'active' && state.lines.length === 0) return 'active without a line'
  if (lifecycle === 'ended' && state.ends_at === null) return 'ended without an end'
  if (lifecycle === 'suspended' && state.suspended_at === null) return 'suspended since never'
  if (lifecycle === 'active' && state.suspended_at !== null) return 'active, yet suspended'
  if ((state.term_ends_at === null) !== (state.term_from === null)) return 'a term has two ends or none'
  return null
}
