import { onContractEdits } from './on/contract.edits.ts'
import { onPartyOnboarded } from './on/payout.party-onboarded.ts'

/** Every event this service acts on. */
export const handlers = [onPartyOnboarded, ...onContractEdits]
