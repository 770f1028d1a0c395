import type { Db } from '@draupnir/db'
import { type Check, checkOf } from '@draupnir/service'
import { ACCOUNT_NAMES, CHART } from '../account/chart.ts'
import { unbookedCashOuts, unevenCashOuts } from './cash-outs.store.ts'
import { brokenLinks, cutChains } from './chain.store.ts'
import {
  belowFloor,
  brokenHistories,
  driftedBalances,
  type Floor,
  unbalanced,
  uncoveredLegs,
  unevenLots,
  unevenReversals,
  unevenSettlements,
  unfundedPayments,
  untoldStates,
} from './verify.store.ts'

/** The invariants of the books over all tenants, in one snapshot; each finding names the row that is wrong. */
export function verify({ db }: { readonly db: Db }): Promise<Check[]> {
  return db.transaction(async (db) => {
    await db.sql`set transaction isolation level repeatable read, read only`
    // The audit reads everything from genesis: it takes as long as it takes.
    await db.sql`set local statement_timeout = 0`
    // One audit at a time sorts and joins the whole journal: in memory as far as it goes.
    await db.sql`set local work_mem = '256MB'`
    return [
      checkOf('ledger.trial-balance-zero', await unbalanced(db)),
      checkOf('ledger.balances-equal-journal', await driftedBalances(db)),
      checkOf('ledger.histories-follow', await brokenHistories(db)),
      checkOf('ledger.bounds-hold', await belowFloor(db, floors())),
      checkOf('ledger.states-told', await untoldStates(db)),
      checkOf('ledger.hash-chain', [...(await brokenLinks(db)), ...(await cutChains(db))]),
      checkOf('ledger.settlements-whole', await unevenSettlements(db)),
      checkOf('ledger.legs-covered', await uncoveredLegs(db)),
      checkOf('ledger.reversals-whole', await unevenReversals(db)),
      checkOf('ledger.lots-whole', await unevenLots(db)),
      checkOf('ledger.payments-funded', await unfundedPayments(db)),
      checkOf('ledger.cash-outs-whole', await unevenCashOuts(db)),
      checkOf('ledger.cash-outs-booked', await unbookedCashOuts(db)),
    ]
  })
}

function floors(): Floor[] {
  return ACCOUNT_NAMES.flatMap((account) => {
    const { floor, normal } = CHART[account]
    return floor === null ? [] : [{ account, normal, floor: `${floor}` }]
  })
}
