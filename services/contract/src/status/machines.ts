import { refuse } from '@draupnir/errors'
import type { BillingStatus, ContractState } from '@draupnir/wire'
import type { ServiceStatus } from './status.ts'

type Moves<S extends string> = Readonly<Record<S, readonly S[]>>

/** What may follow what. A late edit may change what has been believed; along the timeline these hold always. */
export const LIFECYCLE: Moves<ContractState['lifecycle']> = {
  draft: ['trialing', 'active', 'ended'],
  trialing: ['active', 'ended'],
  active: ['suspended', 'ended'],
  suspended: ['active', 'ended'],
  ended: [],
}

export const SERVICE_STATUS: Moves<ServiceStatus> = {
  provisioning: ['up', 'degraded', 'down', 'decommissioned'],
  up: ['provisioning', 'degraded', 'down', 'decommissioned'],
  degraded: ['provisioning', 'up', 'down', 'decommissioned'],
  down: ['provisioning', 'up', 'degraded', 'decommissioned'],
  decommissioned: [],
}

/** A settled contract owes again by a correction, or is current again when its end was voided. */
export const BILLING_STATUS: Moves<BillingStatus> = {
  none: ['current', 'due', 'past_due', 'settled'],
  current: ['due', 'past_due', 'settled'],
  due: ['none', 'current', 'past_due', 'settled'],
  past_due: ['none', 'current', 'due', 'delinquent', 'settled'],
  delinquent: ['current', 'due', 'past_due', 'settled'],
  settled: ['current', 'due', 'past_due'],
}

/** Refuses `contract.status-transition-illegal`. */
export function requireMove<S extends string>(machine: string, moves: Moves<S>, from: S, to: S): void {
  if (!moves[from].includes(to)) refuse('contract.status-transition-illegal', { machine, from, to })
}
