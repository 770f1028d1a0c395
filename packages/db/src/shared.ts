import { AsyncLocalStorage } from 'node:async_hooks'
import type { Db, SqlClient, Statement } from './connect.ts'
import { isDeadlock, isPassingFailure } from './failures.ts'
import { Gathering } from './gathering.ts'

/** Opens a transaction of one's own. */
export type Begin = <T>(work: (db: Db) => Promise<T>) => Promise<T>

interface Unit {
  readonly work: (db: Db) => Promise<unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

// Each costs a tenth of a commit of its own; more than this wait for one another longer than they gain.
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
      gathering.add({ work: AsyncLocalStorage.bind(work), resolve: resolve as Unit['resolve'], reject })
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
    unit.resolve(await begin((db) => unit.work(loneDb(db, release, leave))))
  } catch (error) {
    if (!leaves) return unit.reject(error)
    release()
    await inOwn(begin, unit)
  }
}

function loneDb(own: Db, release: () => void, leave: () => never): Db {
  const released = (): Db => {
    release()
    return own
  }
  const db: Db = {
    get sql() {
      return released().sql
    },
    get orm() {
      return released().orm
    },
    inTransaction: true,
    isShared: true,
    afterCommit: own.afterCommit,
    later: (statement) => released().later(statement),
    savepoint: (work) => released().savepoint(work),
    transaction: (work) => work(db),
    sharedTransaction: (work) => work(db),
    together: own.together,
    laterTogether: own.laterTogether,
    claim: own.claim,
    leave,
  }
  return db
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

type Outcome =
  | { readonly type: 'done'; readonly value: unknown }
  | { readonly type: 'failed'; readonly error: unknown }
  /** It needs a transaction of its own. */
  | { readonly type: 'own' }

const OWN: Outcome = { type: 'own' }
const failed = (error: unknown): Outcome => ({ type: 'failed', error })

class NeedsOwn extends Error {
  constructor() {
    super('needs a transaction of its own')
  }
}

/** What one unit does in a transaction that it shares. */
class Part {
  readonly unit: Unit
  readonly left: { readonly statement: Statement<unknown, unknown>; readonly asked: unknown }[] = []
  readonly hooks: (() => void)[] = []
  outcome: Outcome = OWN
  #leaves = false

  constructor(unit: Unit) {
    this.unit = unit
  }

  async run(round: Round, claims: Map<string, Part>): Promise<void> {
    try {
      const value = await this.unit.work(this.#db(round, claims))
      this.outcome = { type: 'done', value }
    } catch (error) {
      // What came of a statement that served others too is nothing it has failed by.
      this.outcome = round.failed ? OWN : failed(error)
    }
    // Also when the work has caught what told it so.
    if (this.#leaves) this.outcome = OWN
  }

  #db(round: Round, claims: Map<string, Part>): Db {
    const leave = (): never => {
      this.#leaves = true
      throw new NeedsOwn()
    }
    const db: Db = {
      get sql() {
        return leave()
      },
      get orm() {
        return leave()
      },
      inTransaction: true,
      isShared: true,
      afterCommit: (hook) => void this.hooks.push(hook),
      later: (statement) => {
        // It has failed by the same: no statement can be sent from here.
        statement.catch(() => undefined)
        leave()
      },
      transaction: (work) => work(db),
      sharedTransaction: (work) => work(db),
      savepoint: async () => leave(),
      together: (statement, asked) => round.ask(statement, asked),
      laterTogether: (statement, asked) => {
        this.left.push({ statement: statement as Statement<unknown, unknown>, asked })
      },
      claim: (key) => {
        // What is read under a claim must hold what was written before, and that is still to be sent.
        if (this.left.length > 0 || (claims.get(key) ?? this) !== this) leave()
        claims.set(key, this)
      },
      leave,
    }
    return db
  }
}

interface Asking {
  readonly asked: unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** Brings together what is asked in one turn of the event loop. */
class Round {
  readonly #sql: SqlClient
  #asking = new Map<Statement<unknown, unknown>, Asking[]>()
  failed = false

  constructor(sql: SqlClient) {
    this.#sql = sql
  }

  ask<A, R>(statement: Statement<A, R>, asked: A): Promise<R> {
    return new Promise<unknown>((resolve, reject) => {
      if (this.#asking.size === 0) setImmediate(() => this.#send())
      listed(this.#asking, statement as Statement<unknown, unknown>).push({ asked, resolve, reject })
    }) as Promise<R>
  }

  #send(): void {
    const asking = this.#asking
    this.#asking = new Map()
    for (const [statement, list] of asking) void this.#answer(statement, list)
  }

  async #answer(statement: Statement<unknown, unknown>, list: readonly Asking[]): Promise<void> {
    try {
      const answers = await statement(
        this.#sql,
        list.map(({ asked }) => asked),
      )
      for (const [index, { resolve }] of list.entries()) resolve(answers[index])
    } catch (error) {
      this.failed = true
      for (const { reject } of list) reject(error)
    }
  }
}

function listed<K, V>(map: Map<K, V[]>, key: K): V[] {
  const list = map.get(key) ?? []
  map.set(key, list)
  return list
}
