import type { Db } from '@draupnir/db'
import { type Check, checkOf } from '@draupnir/service'
import {
  collectedTwice,
  linesOffTotal,
  linesOfOthers,
  numberGaps,
  paidWithoutCollection,
  portionsOffTotal,
  uncollected,
  wrongStatuses,
} from './verify.store.ts'

/** The invariants of invoices and their collection. */
export async function verify({ db }: { readonly db: Pick<Db, 'sql'> }): Promise<readonly Check[]> {
  return [
    checkOf('billing.lines-sum-to-total', await linesOffTotal(db)),
    checkOf('billing.portions-sum-to-openmeter', await portionsOffTotal(db)),
    checkOf('billing.lines-of-their-buyer', await linesOfOthers(db)),
    checkOf('billing.numbers-gapless', await numberGaps(db)),
    checkOf('billing.paid-means-collected', await paidWithoutCollection(db)),
    checkOf('billing.collected-once', await collectedTwice(db)),
    checkOf('billing.open-means-asked', await uncollected(db)),
    checkOf('billing.status-follows-invoices', await wrongStatuses(db)),
  ]
}
