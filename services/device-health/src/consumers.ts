import { onContractActivated } from './on/contract.contract-activated.ts'
import { onContractTerminated } from './on/contract.contract-terminated.ts'
import { onContractLineAdded } from './on/contract.line-added.ts'
import { onPartyOnboarded } from './on/payout.party-onboarded.ts'

/** Every event this service acts on. */
export const handlers = [onPartyOnboarded, onContractActivated, onContractLineAdded, onContractTerminated]
