import { ContractAutoRenewSet } from './auto-renew-set.ts'
import { ContractActivated } from './contract-activated.ts'
import { ContractCreated } from './contract-created.ts'
import { ContractRenewed } from './contract-renewed.ts'
import { ContractResumed } from './contract-resumed.ts'
import { ContractSuspended } from './contract-suspended.ts'
import { ContractTerminated } from './contract-terminated.ts'
import { ContractTransferred } from './contract-transferred.ts'
import { ContractEditCorrected } from './edit-corrected.ts'
import { ContractEditVoided } from './edit-voided.ts'
import { ContractFinancingSet } from './financing-set.ts'
import { ContractLineAdded } from './line-added.ts'
import { ContractLineDevicesAssigned } from './line-devices-assigned.ts'
import { ContractLineDiscounted } from './line-discounted.ts'
import { ContractLineQuantityChanged } from './line-quantity-changed.ts'
import { ContractLineRemoved } from './line-removed.ts'
import { ContractLineRepriced } from './line-repriced.ts'
import { ContractSlaSet } from './sla-set.ts'
import { ContractSplitsSet } from './splits-set.ts'
import { ContractTermsSet } from './terms-set.ts'
import { ContractTrialStarted } from './trial-started.ts'

/** The event of each operation, in the order of `OPERATIONS`. All have `EditData` and the aggregate `contract`. */
export const CONTRACT_EDITS = [
  ContractCreated,
  ContractLineAdded,
  ContractLineRemoved,
  ContractLineQuantityChanged,
  ContractLineRepriced,
  ContractLineDiscounted,
  ContractLineDevicesAssigned,
  ContractTermsSet,
  ContractFinancingSet,
  ContractSplitsSet,
  ContractSlaSet,
  ContractTrialStarted,
  ContractActivated,
  ContractSuspended,
  ContractResumed,
  ContractTerminated,
  ContractRenewed,
  ContractAutoRenewSet,
  ContractTransferred,
  ContractEditCorrected,
  ContractEditVoided,
] as const
