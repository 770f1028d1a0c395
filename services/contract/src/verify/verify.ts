import { isDeepStrictEqual } from 'node:util'
import type { Db } from '@draupnir/db'
import { type Check, checkOf, type Finding } from '@draupnir/service'
import { fold } from '../contract/contract.ts'
import { brokenInvariant } from '../contract/invariants.ts'
import { steps } from '../contract/replay.ts'
import { standing } from '../contract/standing.ts'
import {
  contractsAfter,
  placements,
  type StoredContract,
  sharedDevices,
  snapshots,
  straySeats,
  untoldEdits,
} from './verify.store.ts'

const CONTRACTS_AT_ONCE = 200

/** The invariants of all contracts, in one snapshot; each finding names the row that is wrong. */
export function verify({ db }: { readonly db: Db }): Promise<Check[]> {
  return db.transaction(async (db) => {
    await db.sql`set transaction isolation level repeatable read, read only`
    return [
      checkOf('contract.state-equals-log', await wrongFolds(db)),
      checkOf('contract.edits-told', await untoldEdits(db)),
      checkOf('contract.device-held-once', await sharedDevices(db)),
      checkOf('contract.devices-held-as-agreed', await straySeats(db)),
    ]
  })
}

async function wrongFolds(db: Db): Promise<Finding[]> {
  const findings: Finding[] = []
  for (let after = ''; ; ) {
    const contracts = await contractsAfter(db, after, CONTRACTS_AT_ONCE)
    findings.push(...contracts.flatMap(wrongFold), ...(await wrongPlaces(db, contracts)))
    findings.push(...(await wrongSnapshots(db, contracts)))
    const last = contracts.at(-1)
    if (last === undefined) return findings
    after = last.id
  }
}

function wrongFold({ id, version, edits, lifecycle, state, folded_at, log }: StoredContract): Finding[] {
  const row = `contract ${id}`
  const folded = fold(log, { knownAt: folded_at, asOf: folded_at })
  if (!isDeepStrictEqual(folded, state)) return [{ row, detail: 'the stored state is not the fold of its log' }]
  if (edits !== log.length || state.version !== version || state.lifecycle !== lifecycle)
    return [{ row, detail: 'the columns are not those of the state' }]
  const broken = brokenInvariant(state)
  return broken === null ? [] : [{ row, detail: broken }]
}

async function wrongPlaces(db: Db, contracts: readonly StoredContract[]): Promise<Finding[]> {
  const rows = await placements(
    db,
    contracts.map(({ id }) => id),
  )
  const placed = Map.groupBy(rows, (row) => row.contract_id)
  return contracts.flatMap(({ id, log }) => {
    const should = standing(log).map((edit) => edit.seq)
    const is = (placed.get(id) ?? []).map((row) => row.edit_seq)
    return isDeepStrictEqual(is, should)
      ? []
      : [{ row: `contract ${id}`, detail: 'the order of effect is not its log' }]
  })
}

async function wrongSnapshots(db: Db, contracts: readonly StoredContract[]): Promise<Finding[]> {
  const rows = await snapshots(
    db,
    contracts.map(({ id }) => id),
  )
  const stored = Map.groupBy(rows, (row) => row.contract_id)
  return contracts.flatMap(({ id, log }) => {
    const list = stored.get(id) ?? []
    if (list.length === 0) return []
    const folds = new Map(steps(null, standing(log)).map(({ edit, state }) => [placeName(edit), state]))
    return list
      .filter((row) => !isDeepStrictEqual(folds.get(placeName(row)), row.state))
      .map((row) => ({
        row: `contract ${id}`,
        detail: `the fold stored at ${row.effective_at} is not that of its log`,
      }))
  })
}

function placeName({ effective_at, rank }: { readonly effective_at: string; readonly rank: number }): string {
  return `${effective_at} ${rank}`
}
