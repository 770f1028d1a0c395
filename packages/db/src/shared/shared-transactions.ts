import { AsyncResource } from 'node:async_hooks'
import type { Db, Statement } from '../connect.ts'
import { isDeadlock, isPassingFailure } from '../failures.ts'
import { Gathering } from '../gathering.ts'
import { LoneDb } from './lone-db.ts'
import { failed, NeedsOwn, OWN, Part, type Unit } from './part.ts'
import { listed, Round } from './round.ts'

/** Opens a transaction of one's own. */
type Begin = <T>(work: (db: Db) => Promise<T>) => Promise<T>

// Chosen, not tuned: enough for what a commit costs to be shared, few enough that a unit waits for no long list.
const MOST_UNITS = 64
const MOST_COMMITS = 2
const LEAST_UNITS = 8

/** `sharedTransaction` of a pool. */
export function sharedTransactions(begin: Begin): Db['sharedTransaction'] {
  const commit = (units: readonly Unit[], release: () => void) => {
    const [first] = units
    return units.length === 1 && first !== undefined
      ? alone(begin, first, release)
      : commitTogether(begin, units, release)
  }
  const gathering = new Gathering<Unit>({ commit, most: MOST_UNITS, mostCommits: MOST_COMMITS, least: LEAST_UNITS })
  return <T>(work: (db: Db) => Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      // The commit may be begun by somebody else: a span of tracing must not become his.
      const scope = new AsyncResource('SharedTransaction')
      const own = (db: Db) => scope.runInAsyncScope(work, undefined, db)
      gathering.add({ work: own, resolve: resolve as Unit['resolve'], reject })
    })
}

/** Nobody who comes meanwhile waits for what a shared transaction would not have done. */
async function alone(begin: Begin, unit: Unit, release: () => void): Promise<void> {
  let leaves = false
  const leave = () => {
    leaves = true
    throw new NeedsOwn()
  }
  try {
    unit.resolve(await begin((db) => unit.work(new LoneDb(db, release, leave))))
  } catch (error) {
    if (!leaves) return unit.reject(error)
    release()
    await inOwn(begin, unit)
  }
}

async function commitTogether(begin: Begin, units: readonly Unit[], release: () => void): Promise<void> {
  const parts = units.map((unit) => new Part(unit))
  try {
    await begin((db) => workTogether(db, parts))
  } catch (error) {
    // Nobody knows whose statement it was: each finds out for itself. When the database is away, nothing is tried again here.
    const outcome = isPassingFailure(error) && !isDeadlock(error) ? failed(error) : OWN
    for (const part of parts) if (part.outcome.type !== 'failed') part.outcome = outcome
  }
  release()
  await Promise.all(parts.map((part) => end(begin, part)))
}

/** All work, then everything that was left for later, so that it travels with the commit. */
async function workTogether(db: Db, parts: readonly Part[]): Promise<void> {
  const round = new Round(db.sql)
  const claims = new Map<string, Part>()
  await Promise.all(parts.map((part) => part.run(round, claims)))
  const writes = new Map<Statement<unknown, unknown>, unknown[]>()
  for (const { outcome, left } of parts)
    if (outcome.type === 'done') for (const { statement, asked } of left) listed(writes, statement).push(asked)
  for (const [statement, asked] of writes) db.later(statement(db.sql, asked))
}

async function end(begin: Begin, { unit, outcome, hooks }: Part): Promise<void> {
  if (outcome.type === 'own') return inOwn(begin, unit)
  if (outcome.type === 'failed') return unit.reject(outcome.error)
  for (const hook of hooks) hook()
  unit.resolve(outcome.value)
}

async function inOwn(begin: Begin, { work, resolve, reject }: Unit): Promise<void> {
  try {
    resolve(await begin(work))
  } catch (error) {
    reject(error)
  }
}
