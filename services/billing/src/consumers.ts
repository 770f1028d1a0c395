import { onContractEdits } from './on/contract.edits.ts'
import { onCollectionCommitted } from './on/ledger.collection-committed.ts'
import { onCollectionRefused } from './on/ledger.collection-refused.ts'
import { onCollectionReversed } from './on/ledger.collection-reversed.ts'
import { onSettlementReversed } from './on/ledger.settlement-reversed.ts'
import { onWalletCredited } from './on/ledger.wallet-credited.ts'

/** Every event this service acts on. */
export const handlers = [
  ...onContractEdits,
  onCollectionCommitted,
  onCollectionRefused,
  onCollectionReversed,
  onSettlementReversed,
  onWalletCredited,
]
