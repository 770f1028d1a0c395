import { onContractActivated } from './on/contract.contract-activated.ts'
import { onContractTerminated } from './on/contract.contract-terminated.ts'
import { onContractLineAdded } from './on/contract.line-added.ts'
import { onCollectionCommitted } from './on/ledger.collection-committed.ts'
import { onCollectionRefused } from './on/ledger.collection-refused.ts'
import { onWalletCredited } from './on/ledger.wallet-credited.ts'

/** Every event this service acts on. */
export const handlers = [
  onContractActivated,
  onContractLineAdded,
  onContractTerminated,
  onCollectionCommitted,
  onCollectionRefused,
  onWalletCredited,
]
