import type { Db } from '@draupnir/db'
import { type Check, checkOf } from '@draupnir/service'
import type { Bank } from '../modern-treasury/client.ts'
import { ourPaymentOrders } from '../modern-treasury/payment-order.ts'
import { doneDiffers, doubled, missingThere, unknownHere } from './compare.ts'
import { ourOrders, unreversedReturns, untoldEnds } from './verify.store.ts'

export interface VerifySources {
  readonly db: Pick<Db, 'sql'>
  readonly bank: Bank
}

/** The bank's truth equals ours: each payment order there is one pay-in or payout here, and the other way round. */
export async function verify({ db, bank }: VerifySources): Promise<readonly Check[]> {
  // What was here before the bank was asked must be there; what is there must be here by now. So work under way is no finding.
  const before = await ourOrders(db)
  const theirs = await ourPaymentOrders(bank)
  const after = await ourOrders(db)
  return [
    checkOf('payout.bank-orders-known', unknownHere(theirs, after)),
    checkOf('payout.bank-orders-once', doubled(theirs)),
    checkOf('payout.orders-at-bank', missingThere(before, theirs)),
    checkOf('payout.done-as-bank-says', doneDiffers(theirs, after)),
    checkOf('payout.returns-reversed', await unreversedReturns(db)),
    checkOf('payout.ends-told', await untoldEnds(db)),
  ]
}
