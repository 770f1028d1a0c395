import type { Db } from '@draupnir/db'
import { type Check, checkOf, type Finding } from '@draupnir/service'
import { ACCOUNT_NAMES, CHART } from '../account/chart.ts'
import { GENESIS } from '../transaction/chain.ts'
import { checkChain } from './check-chain.ts'
import {
  belowFloor,
  driftedBalances,
  type Floor,
  type Head,
  heads,
  linksAfter,
  unbalanced,
  unevenSettlements,
  untoldStates,
} from './verify.store.ts'

const LINKS_AT_ONCE = 2_000

/** The invariants of the books over all tenants, in one snapshot; each finding names the row that is wrong. */
export function verify({ db }: { readonly db: Db }): Promise<Check[]> {
  return db.transaction(async (db) => {
    await db.sql`set transaction isolation level repeatable read, read only`
    return [
      checkOf('ledger.trial-balance-zero', await unbalanced(db)),
      checkOf('ledger.balances-equal-journal', await driftedBalances(db)),
      checkOf('ledger.bounds-hold', await belowFloor(db, floors())),
      checkOf('ledger.states-told', await untoldStates(db)),
      checkOf('ledger.hash-chain', await brokenChains(db)),
      checkOf('ledger.settlements-whole', await unevenSettlements(db)),
    ]
  })
}

async function brokenChains(db: Db): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const head of await heads(db)) findings.push(...(await brokenLinks(db, head)))
  return findings
}

async function brokenLinks(db: Db, head: Head): Promise<Finding[]> {
  const findings: Finding[] = []
  let at = GENESIS
  for (;;) {
    const links = await linksAfter(db, head.tenant_id, at.seq, LINKS_AT_ONCE)
    findings.push(...checkChain(head.tenant_id, at, links))
    const last = links.at(-1)
    if (last === undefined) break
    at = { seq: last.entry.seq, hash: last.hash }
  }
  if (at.seq !== head.seq || at.hash !== head.hash) {
    findings.push({ row: `journal ${head.tenant_id}/${head.seq}`, detail: `the chain ends at ${at.seq}` })
  }
  return findings
}

function floors(): Floor[] {
  return ACCOUNT_NAMES.flatMap((account) => {
    const { floor, normal } = CHART[account]
    return floor === null ? [] : [{ account, normal, floor: `${floor}` }]
  })
}
